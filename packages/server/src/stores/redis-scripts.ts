/**
 * What must happen in one step. KEYS and ARGV of each stand above it. An event's stream id is `<seq>-0`, so the log is
 * contiguous by construction and a cursor is an id.
 */

const APPEND_TO_LOG = `
  local function appendToLog(run, log, news, last, from, first)
    for index = from, #ARGV do
      local seq = first + index - from
      if seq > last then
        redis.call('XADD', log, seq .. '-0', 'e', ARGV[index])
        last = seq
      end
    end
    redis.call('HSET', run, 'last', last)
    redis.call('XADD', news, 'MAXLEN', '1', '*', 'n', '1')
  end
  local function setEnd(run, ended, id, done, at)
    if done ~= '' and redis.call('HEXISTS', run, 'end') == 0 then
      redis.call('ZADD', ended, at, id)
    end
    if done ~= '' then redis.call('HSET', run, 'end', done) end
  end
`;

/** KEYS: start key, run, thread. ARGV: run id, facts, owner, lease, number of known runs or ''. Gives the id of the run that has the start key. */
export const CREATE_RUN: string = `
  local found = redis.call('GET', KEYS[1])
  if found then return found end
  if ARGV[5] ~= '' and redis.call('LLEN', KEYS[3]) ~= tonumber(ARGV[5]) then return false end
  redis.call('SET', KEYS[1], ARGV[1])
  redis.call('HSET', KEYS[2], 'facts', ARGV[2], 'owner', ARGV[3], 'lease', ARGV[4], 'last', 0)
  redis.call('RPUSH', KEYS[3], ARGV[1])
  return ARGV[1]
`;

/** KEYS: run, log, news, ended. ARGV: owner, lease, run id, end or '', its time, first seq, events. */
export const APPEND: string = `
  ${APPEND_TO_LOG}
  if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
  local last = tonumber(redis.call('HGET', KEYS[1], 'last'))
  local first = tonumber(ARGV[6])
  if #ARGV > 6 and first > last + 1 then return 0 end
  redis.call('HSET', KEYS[1], 'lease', ARGV[2])
  if #ARGV > 6 then appendToLog(KEYS[1], KEYS[2], KEYS[3], last, 7, first) end
  setEnd(KEYS[1], KEYS[4], ARGV[3], ARGV[4], ARGV[5])
  return 1
`;

/** KEYS: run, log, news, ended. ARGV: now, run id, end or '', its time, first seq, events. */
export const REPAIR: string = `
  ${APPEND_TO_LOG}
  local lease = redis.call('HGET', KEYS[1], 'lease')
  if not lease or redis.call('HEXISTS', KEYS[1], 'end') == 1 or tonumber(lease) > tonumber(ARGV[1]) then return 0 end
  local last = tonumber(redis.call('HGET', KEYS[1], 'last'))
  if tonumber(ARGV[5]) ~= last + 1 then return 0 end
  redis.call('HSET', KEYS[1], 'owner', '')
  appendToLog(KEYS[1], KEYS[2], KEYS[3], last, 6, last + 1)
  setEnd(KEYS[1], KEYS[4], ARGV[2], ARGV[3], ARGV[4])
  return 1
`;

/** KEYS: run. ARGV: owner, lease. */
export const RENEW: string = `
  if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
  redis.call('HSET', KEYS[1], 'lease', ARGV[2])
  return 1
`;

/** Stream entries can't be changed, and a deleted one stays in memory, so the log is built anew. KEYS: log. ARGV: id, event, … */
export const REWRITE: string = `
  local changed = {}
  for index = 1, #ARGV, 2 do changed[ARGV[index]] = ARGV[index + 1] end
  local entries = redis.call('XRANGE', KEYS[1], '-', '+')
  redis.call('DEL', KEYS[1])
  for _, entry in ipairs(entries) do
    redis.call('XADD', KEYS[1], entry[1], 'e', changed[entry[1]] or entry[2][2])
  end
`;

/** KEYS: run, posted, prefix of inboxes, prefix of news. ARGV: id, body, run id. Gives the body that is kept. */
export const POST: string = `
  local owner = redis.call('HGET', KEYS[1], 'owner')
  if not owner then return ARGV[2] end
  if redis.call('HSETNX', KEYS[2], 'body:' .. ARGV[1], ARGV[2]) == 1 then
    redis.call('RPUSH', KEYS[3] .. owner, cjson.encode({ ARGV[3], ARGV[1] }))
    redis.call('PEXPIRE', KEYS[3] .. owner, 86400000)
  end
  redis.call('XADD', KEYS[4] .. owner, 'MAXLEN', '1', '*', 'n', '1')
  redis.call('PEXPIRE', KEYS[4] .. owner, 86400000)
  return redis.call('HGET', KEYS[2], 'body:' .. ARGV[1])
`;

/** KEYS: run, posted, prefix of inboxes, news of the run. ARGV: id, answer, run id. */
export const ANSWER: string = `
  local owner = redis.call('HGET', KEYS[1], 'owner') or ''
  redis.call('LREM', KEYS[3] .. owner, 0, cjson.encode({ ARGV[3], ARGV[1] }))
  redis.call('HSET', KEYS[2], 'answer:' .. ARGV[1], ARGV[2])
  redis.call('XADD', KEYS[4], 'MAXLEN', '1', '*', 'n', '1')
`;

/** KEYS: run, log, commands, posted, news, ended. ARGV: message, run id. */
export const ARCHIVE: string = `
  if redis.call('HEXISTS', KEYS[1], 'end') == 0 then return 0 end
  redis.call('HSET', KEYS[1], 'archived', ARGV[1])
  redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5])
  redis.call('ZREM', KEYS[6], ARGV[2])
  return 1
`;
