/** The exit code for a fault in the settings (sysexits.h, EX_CONFIG). */
export const EX_CONFIG = 78;
