-- The step of ledger.js, by hand; a test holds the two equal. Read that file first: comments are here only where the two differ.
-- KEYS[1]: the scope. ARGV[1]: the message as JSON. ARGV[2], in tests only: the time. Returns the reply as JSON.
-- A client is { sent, want, until }, a part { used, back, want, units, next, lease, got, at }: arrays are packed and unpacked faster.
local LEASE, ALONE, SOON, LATE, UNDER_WAY, MOST_CLIENTS, MOST_QUOTAS = 10000, 1000, 40, 5000, 100, 256, 64
local BUCKET, LOG, WINDOW = 0, 1, 2
local USED, BACK, WANT, UNITS, NEXT, HOLDS, GOT, AT = 1, 2, 3, 4, 5, 6, 7, 8
local max, min, floor, ceil = math.max, math.min, math.floor, math.ceil

local function charge(part, now)
  local till = part[BACK]
  if till == 0 then till = part[HOLDS] end
  return max(now < till and part[USED] or 0, now < part[HOLDS] and part[UNITS] or 0)
end

-- As in ledger.js, but a claim is at the same place in three arrays, and the first one is ours. The level is found by the
-- slope, and by halves only where that does not get there.
local function fair(limit, floors, mosts, gots, count, near)
  local function sum(level)
    local all, slope = 0, 0
    for n = 1, count do
      local least, most = floors[n], mosts[n]
      if level >= most then all = all + most
      elseif level < least then all = all + (least < most and least or most)
      else all = all + level slope = slope + 1 end
    end
    return all, slope
  end
  local low, high, rest = 0, limit, nil
  local all, slope = sum(limit)
  if all <= limit then low, rest = limit, limit - all
  else
    high = limit - 1
    local try, tries = floor(limit / count), 0
    while low < high or rest == nil do
      if low >= high then rest = limit - sum(low) break end
      if tries > 6 or try <= low or try > high then try = ceil((low + high) / 2) end
      tries = tries + 1
      all, slope = sum(try)
      if all <= limit then
        low, rest = try, limit - all
        try = try + max(1, floor(rest / max(1, slope)))
      else
        high = try - 1
        try = try - max(1, ceil((all - limit) / max(1, slope)))
      end
    end
  end
  local part = min(mosts[1], max(floors[1], low))
  if rest <= 0 or part >= mosts[1] or part > low then return part end
  local before = 0
  for n = 2, count do
    if gots[n] < gots[1] - near and floors[n] <= low and mosts[n] > low then before = before + 1 end
  end
  return part + (rest > before and 1 or 0)
end

local function learn(quota, asked, now)
  local isNext = asked.mode == WINDOW and now + asked.back > quota.ends + asked.window / 2
  if asked.mode == WINDOW and quota.mode == WINDOW and asked.back == 0 and now < quota.ends then
    quota.revision = max(quota.revision, asked.revision)
    return
  end
  if #asked.know == 0 or asked.revision < quota.revision or (asked.revision == quota.revision and not isNext) then return end
  if asked.mode ~= quota.mode then
    local taken = 0
    for _, part in pairs(quota.parts) do
      taken = taken + charge(part, now)
      part[UNITS], part[NEXT] = asked.mode == BUCKET and 0 or part[USED], 0
    end
    quota.full = now + min(taken, asked.limit) * (asked.window / asked.limit)
    quota.settled = now + ALONE / 4
  end
  quota.revision, quota.know, quota.mode, quota.window = asked.revision, asked.know, asked.mode, asked.window
  quota.at, quota.ends = now, now + asked.back
end

local function countTaken(quota, asked, now)
  if now >= quota.till or quota.mode ~= WINDOW then quota.taken = 0 end
  if asked.mode ~= quota.mode or asked.mode ~= WINDOW or asked.back == 0 then return end
  local late = now + asked.back - quota.till
  if late > quota.window / 2 then quota.taken, quota.till = asked.taken or asked.used, now + asked.back
  elseif late > -quota.window / 2 then quota.taken = max(quota.taken, asked.taken or asked.used) end
end

local function renew(clients, quota, now)
  local before = quota.ends - quota.window / 2
  for client, part in pairs(quota.parts) do
    local back = part[BACK]
    if quota.mode == WINDOW and back > 0 and (now >= back or back < before) then
      part[WANT] = max(0, part[WANT] - max(0, part[UNITS] - part[USED]))
      part[USED], part[UNITS], part[NEXT], part[BACK] = 0, part[NEXT], 0, 0
    end
    if quota.mode == LOG and part[WANT] == 0 and back > 0 and now >= back then part[USED], part[UNITS] = 0, 0 end
    if now >= part[HOLDS] then
      local known = clients[client]
      if known then known[1], known[2] = 0, 0 end
      if part[BACK] == 0 or now >= part[BACK] or part[USED] == 0 then quota.parts[client] = nil
      else part[UNITS], part[NEXT], part[WANT] = part[USED], 0, 0 end
    end
  end
end

local function giveUnits(quota, part, others, asked, old, now)
  part[HOLDS] = min(max(part[BACK], now) + quota.window + ALONE, now + LEASE)
  if now < quota.learning then
    part[UNITS] = max(part[USED], min(asked.units, asked.limit))
    return
  end
  local isLog = quota.mode == LOG
  local floors, mosts, gots, count = { isLog and 0 or max(part[USED], min(1, old and old[UNITS] or 0, part[USED] + part[WANT])) }, { part[USED] + part[WANT] }, { part[GOT] }, #others + 1
  quota.taken = quota.taken - max(0, (old and old[UNITS] or 0) - part[USED])
  local unseen = min(quota.taken, asked.limit) - part[USED]
  for n, other in ipairs(others) do
    local least = max(charge(other, now), part[BACK] == 0 and other[NEXT] or 0)
    unseen = unseen - least
    floors[n + 1], mosts[n + 1], gots[n + 1] = least, max(least, other[USED] + other[WANT]), other[GOT]
  end
  part[UNITS] = fair(asked.limit - max(0, unseen), floors, mosts, gots, count, quota.window / 2)
  quota.taken = quota.taken + part[UNITS] - part[USED]
  if part[UNITS] > max(part[USED], old and old[UNITS] or 0) then part[GOT] = now end
  if isLog then return end
  local mine = max(0, part[WANT] - max(0, part[UNITS] - part[USED]))
  floors[1], mosts[1], gots[1] = min(1, old and old[NEXT] or 0, mine), mine, part[GOT]
  for n, other in ipairs(others) do
    local least = other[NEXT]
    floors[n + 1], mosts[n + 1] = least, max(least, other[WANT] - max(0, other[UNITS] - other[USED]))
  end
  part[NEXT] = fair(asked.limit, floors, mosts, gots, count, quota.window / 2)
  if part[NEXT] > 0 then part[GOT] = max(part[BACK], now) end
end

local function again(quota, part, others, now)
  if now < quota.learning then return quota.learning - now end
  local isSpare = false
  for _, other in ipairs(others) do
    if charge(other, now) > other[USED] and other[WANT] == 0 then isSpare = true end
  end
  if quota.mode == WINDOW and part[BACK] == 0 then return quota.ends > now and min(quota.ends - now, quota.window / 16) or quota.window / 16 end
  if isSpare then return quota.window / 16 end
  if quota.mode == LOG then
    local least = quota.window / 2
    for _, other in ipairs(others) do
      if other[BACK] > now and (other[WANT] == 0 or other[USED] > other[UNITS]) then least = min(least, other[BACK] - now) end
      if other[WANT] > 0 and other[WANT] <= other[UNITS] then least = min(least, quota.window / 8) end
    end
    return least
  end
  return quota.ends > now and quota.ends - now + SOON or LATE
end

local function giveTokens(quota, part, others, asked, now)
  local limit, isTold = asked.limit, asked.mode == BUCKET
  local missing, units = isTold and asked.used or asked.taken or asked.used, isTold and asked.units or 0
  local each = quota.window / limit
  local least = now + missing * each
  local out, waiting = units, 1
  for _, other in ipairs(others) do
    if now < other[HOLDS] then
      out = out + other[UNITS]
      if other[WANT] > 0 then waiting = waiting + 1 end
    end
  end
  local most = (now < quota.settled or not isTold) and math.huge or least + out * each + asked.back + UNDER_WAY
  quota.full = max(least, min(quota.full, most))
  local there = max(0, limit - (quota.full - now) / each)
  local chunk = max(1, floor(max(there, limit / 2) / (2 * waiting)))
  local given = now < quota.learning and 0 or max(0, min(part[WANT] - units, chunk))
  quota.full = max(quota.full, now) + given * each
  part[NEXT] = given > 0 and max(0, ceil(quota.full - limit * each - now)) or 0
  part[UNITS], part[USED], part[HOLDS] = units + given, 0, now + part[NEXT] + min(quota.window, LEASE)
  return given
end

-- Packing keeps every digit; a server without it keeps 14.
local pack, unpack = cjson.encode, cjson.decode
pcall(function() pack, unpack = cmsgpack.pack, cmsgpack.unpack end)

local message = cjson.decode(ARGV[1])
local now = tonumber(ARGV[2])
if now == nil then
  local time = redis.call('TIME')
  now = time[1] * 1000 + floor(time[2] / 1000)
end
local raw = redis.call('GET', KEYS[1])
local state = raw and unpack(raw)
-- As in record.js.
if not state or state.at > now + 10000 or state['until'] <= now then state = { at = now, ['until'] = 0, held = 0, clients = {}, quotas = {} } end
now = max(now, state.at)
state.at = now
local life = 10000
for _, asked in ipairs(message.quotas) do life = max(life, 2 * asked.window + 10000) end
state['until'] = max(now + life, state['until'])

state.held = max(state.held, now + message.held)
local clients, others = state.clients, 0
for client, known in pairs(clients) do
  if now >= known[3] then clients[client] = nil elseif client ~= message.client then others = others + 1 end
end
local lines, all, any = {}, 0, LATE
local function line(asked, units, next, lease, scarce, alone, revision, age, know)
  lines[#lines + 1] = string.format('{"id":%s,"limit":%.14g,"units":%.14g,"next":%.14g,"lease":%.14g,"scarce":%s,"alone":%.14g,"revision":%.14g,"age":%.14g,"know":[%s]}', cjson.encode(asked.id), asked.limit, units, next, lease, scarce and 'true' or 'false', alone, revision, age, table.concat(know, ','))
end

local function share(quota, asked)
  local open = quota.mode == WINDOW and quota.ends > now + quota.window / 2 and quota.ends or 0
  local back = asked.back > 0 and now + asked.back or open
  local old = quota.parts[message.client]
  if old and quota.mode == WINDOW and (back == 0 or back > old[BACK] + quota.window / 2) then old[BACK] = min(old[BACK], now) end
  renew(clients, quota, now)
  old = quota.parts[message.client]
  local part = { asked.used, back, asked.want, asked.used, 0, now, old and old[GOT] or 0, now }
  quota.parts[message.client] = part
  for other, known in pairs(clients) do
    if not quota.parts[other] then quota.parts[other] = { known[1], back, known[2], known[1], 0, now + ALONE, 0, 0 } end
  end
  local isBucket = quota.mode == BUCKET
  local rest, wanted = {}, (isBucket and asked.used or 0)
  for other, known in pairs(quota.parts) do
    wanted = wanted + known[WANT] + (isBucket and 0 or known[USED])
    if other ~= message.client then rest[#rest + 1] = known end
  end
  wanted = max(wanted, quota.taken + asked.want)
  local units
  if isBucket then
    units = giveTokens(quota, part, rest, asked, now)
    if part[UNITS] < part[WANT] then any = min(any, max(SOON, part[NEXT] / 2)) end
  else
    giveUnits(quota, part, rest, asked, old, now)
    units = part[UNITS]
    local wait = units < part[USED] + part[WANT] and max(SOON, again(quota, part, rest, now)) or 0
    if units <= part[USED] then all = max(all, wait) elseif wait > 0 then any = min(any, wait) end
  end
  local only, alone = quota.alone, 0
  if only and (now >= only[2] or (only[1] == message.client and not asked.alone)) then only = nil end
  local hasHeard = quota.at == now or (old ~= nil and old[AT] >= quota.at)
  local isAble = isBucket or part[UNITS] > part[USED]
  if asked.alone and hasHeard and isAble and asked.revision >= quota.revision and (not only or only[1] == message.client) then
    only = { message.client, now + ALONE }
    alone = ALONE
  elseif asked.alone then all = max(all, SOON, 3 * (others + 1)) end
  quota.alone = only
  line(asked, units, part[NEXT], ceil(part[HOLDS] - now), now < quota.learning or 4 * wanted > 3 * asked.limit, alone, quota.revision, now - quota.at, quota.know)
end

if others >= MOST_CLIENTS then
  for _, asked in ipairs(message.quotas) do line(asked, 0, 0, LEASE, false, 0, 0, 0, {}) end
else
  clients[message.client] = { message.sent, message.want, now + LEASE }
  local count = 0
  for key, quota in pairs(state.quotas) do
    if now - quota.at > 2 * quota.window + LEASE and next(quota.parts) == nil then state.quotas[key] = nil else count = count + 1 end
  end
  for n = 1, min(#message.quotas, MOST_QUOTAS) do
    local asked = message.quotas[n]
    local key = string.format('%s.%.14g', asked.id, asked.limit)
    local quota = state.quotas[key]
    if not quota and count < MOST_QUOTAS then
      count = count + 1
      local learning = asked.units > 0 and asked.revision > 0 and now + min(asked.window, LEASE) or 0
      quota = { window = max(asked.window, ALONE), mode = asked.mode, revision = -1, know = {}, at = now, ends = 0, taken = 0, till = 0, full = 0, settled = 0, learning = learning, parts = {} }
      state.quotas[key] = quota
    end
    if quota then
      if asked.window > 0 and (asked.mode ~= WINDOW or asked.back > 0) then
        quota.full = now + (quota.full - now) * (asked.window / quota.window)
        quota.window = asked.window
      end
      learn(quota, asked, now)
      countTaken(quota, asked, now)
      share(quota, asked)
    end
  end
end
redis.call('SET', KEYS[1], pack(state), 'PX', string.format('%.0f', ceil(state['until'] - now)))
return string.format('{"members":%d,"retry":%.14g,"held":%.14g,"quotas":[%s]}', others + 1, ceil(all > 0 and all or any), max(0, state.held - now), table.concat(lines, ','))
