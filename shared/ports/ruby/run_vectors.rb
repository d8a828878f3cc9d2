# frozen_string_literal: true

# Runs the cases of vectors.json, whose path is the one argument; fails where a verdict differs.

require_relative 'verifier'

cases = JSON.parse(File.read(ARGV.fetch(0), encoding: 'UTF-8'))['cases']
failed = cases.reject do |example|
  options = example.fetch('options', {})
  body = example.fetch('parsedBody') { example['body'].unpack1('m0') * example.fetch('bodyRepeat', 1) }
  verdict = IntelligemsWebhook.verify(
    body, example['signature'], example['secrets'],
    tolerance_ms: options['toleranceMs'], timestamp: options['timestamp'], now: options['now']
  )
  agrees = verdict.to_h.compact.transform_keys(&:to_s) == example['verdict']
  puts "#{example['name']}: expected #{example['verdict']}, got #{verdict.to_h}" unless agrees
  agrees
end

puts "#{cases.size - failed.size} of #{cases.size} cases agree"
exit(failed.empty?)
