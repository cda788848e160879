-- A login as a Redis would have it: KEYS are the agent's license, the counter of sessions and the
-- journal, ARGV[1] is the client's id. Redis runs one script at a time, so that what it has read
-- still holds when it writes.
local license = redis.call('HMGET', KEYS[1], 'email', 'expire_time')
if not license[1] then
  return redis.error_reply('NO_LICENSE of ' .. KEYS[1])
end
local now = redis.call('TIME')[1]
if tonumber(license[2]) <= tonumber(now) then
  return redis.error_reply('LICENSE_EXPIRED of ' .. KEYS[1])
end
local session = redis.call('INCR', KEYS[2])
redis.call('HSET', KEYS[1], 'session_id', session, 'channel', 1, 'client_id', ARGV[1],
  'start_time', now)
redis.call('XADD', KEYS[3], '*', 'started', session, 'email', license[1], 'license', KEYS[1],
  'channel', 1, 'client', ARGV[1])
return session
