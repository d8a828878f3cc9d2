/** The functions of jStat that are used here. It comes without types. https://jstat.github.io */
declare module 'jstat' {
  const jstat: {
    jStat: {
      chisquare: { cdf(x: number, degreesOfFreedom: number): number };
      /** The natural logarithm of the gamma function. */
      gammaln(x: number): number;
    };
  };
  export default jstat;
}
