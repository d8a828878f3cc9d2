-- For wrk: posts the requests of the file that its first argument names, one after the other; each stands there
-- after its length in bytes, eight digits. Prints what came of them as JSON; times in microseconds.
local requests

function init(arguments)
  requests = assert(io.open(arguments[1], "rb"))
end

function request()
  return requests:read(tonumber(requests:read(8)))
end

function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format('\n{"requests":%d,"duration":%d,"p99":%d,"failed":%d,"refused":%d}\n',
    summary.requests, summary.duration, latency:percentile(99), failed, summary.errors.status))
end
