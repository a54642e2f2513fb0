-- Asks Publisher whether a request may pass.
-- Arguments: where haproxy.cfg listens for the question, and the header in which the token comes.

-- More than the listener itself may take.
local TIMEOUT_MS = 10000

-- HAProxy counts the values of a header from 0, and a list of Lua begins with 1.
local function listed(values)
  local list = {}
  for _, value in pairs(values or {}) do
    list[#list + 1] = value
  end
  return list
end

local function joined(headers, name)
  return table.concat(listed(headers and headers[name]), ", ")
end

core.register_action("publisher", { "http-req" }, function(txn, listener, token_header)
  local sent = txn.http:req_get_headers()
  local headers = {
    ["x-forwarded-method"] = { txn.f:method() },
    ["x-forwarded-for"] = { txn.f:src() },
  }
  for _, name in ipairs({ "authorization", string.lower(token_header) }) do
    if sent[name] then
      headers[name] = listed(sent[name])
    end
  end
  local answer = core.httpclient():get({
    url = "http://publisher/",
    dst = listener,
    headers = headers,
    timeout = TIMEOUT_MS,
  })
  txn:set_var("txn.publisher_status", answer.status)
  txn:set_var("txn.publisher_challenge", joined(answer.headers, "www-authenticate"))
  txn:set_var("txn.publisher_token_id", joined(answer.headers, "publisher-token-id"))
  txn:set_var("txn.publisher_access", joined(answer.headers, "publisher-access"))
end, 2)
