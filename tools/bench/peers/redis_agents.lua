-- Gives ARGV[1] agents a license each; the numbers have as many digits as redis-benchmark's.
for n = 0, ARGV[1] - 1 do
  local number = string.format('%012d', n)
  redis.call('HSET', 'license:' .. number, 'email',
    'agent-' .. number .. '@contact-centre.example', 'expire_time', ARGV[2])
end
return ARGV[1]
