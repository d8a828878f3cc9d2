# frozen_string_literal: true

# Verifies the signature of Intelligems webhooks. One file to copy: only the standard library, Ruby 3.0 and newer.

require 'json'
require 'openssl'

module IntelligemsWebhook
  # +secret+ is the index of the secret that matched; +reason+ says why a webhook was refused.
  Verdict = Struct.new(:ok, :secret, :reason)

  # Says whether the raw body was signed with (one of) the secrets. Never raises on what a sender controls.
  #
  # The signature is 64 hex digits in either case. With +tolerance_ms+ (off unless given: retries carry the event's old
  # time) the event's timestamp, in ms since 1970, must be that near to now. Ask the verdict for +ok+: a Struct is true
  # also when it refuses. In Rails (elsewhere the body is request.body.read):
  #
  #   body = request.raw_post
  #   signature = request.get_header('HTTP_X_INTELLIGEMS_SIGNATURE')
  #   secret = ENV['INTELLIGEMS_WEBHOOK_SECRET']
  #   return head(:unauthorized) unless IntelligemsWebhook.verify(body, signature, secret).ok
  def self.verify(body, signature, secret, tolerance_ms: nil, timestamp: nil, now: nil)
    secrets = Array(secret)
    return refuse('no-secret') if secrets.empty? || !secrets.all? { |each| each.is_a?(String) && !each.empty? }
    return refuse('body-not-raw') unless body.is_a?(String)
    return refuse('no-signature') if signature.nil? || signature == ''
    unless signature.is_a?(String) && signature.b.match?(/\A[0-9a-fA-F]{64}\z/n)
      return refuse('malformed-signature')
    end

    claimed = [signature].pack('H*')
    # All are compared, with no early exit: the time taken does not show which matched.
    matches = secrets.map do |each|
      OpenSSL.fixed_length_secure_compare(OpenSSL::HMAC.digest('SHA256', each, body), claimed)
    end
    match = matches.index(true)
    return refuse('no-match') if match.nil?

    unless tolerance_ms.nil?
      timestamp = timestamp_of(body) if timestamp.nil?
      now = Time.now.to_f * 1000 if now.nil?
      return refuse('outside-tolerance') unless timestamp.is_a?(Numeric) && (now - timestamp).abs <= tolerance_ms
    end
    Verdict.new(true, match, nil)
  end

  def self.refuse(reason)
    Verdict.new(false, nil, reason)
  end
  private_class_method :refuse

  def self.timestamp_of(body)
    text = body.dup.force_encoding('UTF-8').scrub.delete_prefix("\uFEFF")
    # JavaScript writes a name that was cut inside an emoji with half a character as an escape: JSON.parse refuses it.
    # The halves of whole ones are replaced too: only the time is read.
    text.gsub!(/(?<!\\)(?:\\\\)*+\K\\u[dD][89a-fA-F]\h{2}/, '\ufffd')
    event = JSON.parse(text, max_nesting: 1000)
    # JSON.parse takes comments and unknown escapes: without its texts, JSON has no slash and no backslash.
    return nil if text.gsub(%r{"(?:[^"\\]++|\\["\\/bfnrtu])*+"?}, '').match?(%r{[/\\]})

    event['timestamp'] if event.is_a?(Hash)
  rescue JSON::ParserError
    nil
  end
  private_class_method :timestamp_of
end
