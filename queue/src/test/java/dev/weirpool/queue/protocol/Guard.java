package dev.weirpool.queue.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * A few words of a script that keep something from going wrong.
 *
 * @param why what they are there for
 * @param words of the script, found there once
 * @param without what the script reads in their place when the guard is gone
 * @param isForFullServer whether only a full server shows that it is gone
 */
record Guard(String script, String why, String words, String without, boolean isForFullServer) {

    static final List<Guard> ALL = List.of(
            guard(
                    "push",
                    "tells that earlier tasks were lost",
                    "if tonumber(ARGV[2]) > last then return {'GAP', last} end",
                    ""),
            guard(
                    "push",
                    "skips what is stored",
                    "while first <= 3 + n and sequence(ARGV[first]) <= last do first = first + 1 end",
                    ""),
            guard(
                    "push",
                    "leaves the last sequence alone when nothing is new",
                    "  return {'OK', last}\nend\nif state",
                    "end\nif state"),
            guard(
                    "push",
                    "answers a resend as the first time",
                    "if holder then return {'EXISTS', last, holder} end",
                    ""),
            guard("push", "stores nothing on a closed queue", "if state[2] then return {'CLOSED'} end", ""),
            guard(
                    "push",
                    "stores no second task of a name",
                    "  return {'EXISTS', last, holder}\nend\nredis",
                    "end\nredis"),
            guard(
                    "push",
                    "keeps the name for its task",
                    "if unique then redis.call('SET', unique",
                    "if false then redis.call('SET', unique"),
            full(
                    "push",
                    "is refused whole",
                    "redis.call('HSET', producers, ARGV[1], last, '!load'",
                    "redis.call('ZREM', workers, '') redis.call('HSET', producers, ARGV[1], last, '!load'"),
            guard(
                    "push",
                    "stores no more than may wait",
                    "  if stop < first then return {'FULL', last, state[4]} end\nend",
                    "  stop = math.max(stop, first)\nend"),
            guard(
                    "push",
                    "stores what there is room for",
                    "local reply = stop == 3 + n and {'OK', last}",
                    "local reply = {'OK', last}"),
            guard("push", "counts the delayed", "local waits = redis.call('ZCARD', delayed)", "local waits = 0"),
            guard("push", "counts what waits", "'!load', load)", "'!load', load - 1)"),
            guard(
                    "push",
                    "takes no task without its body",
                    "if blob and redis.call('EXISTS', blob) == 0 then return {'APART'} end",
                    ""),
            full("blob", "passes on a full server if it is a result", "redis.call('HDEL', KEYS[1], '')", ""),
            guard("open", "leaves what is there", "if redis.call('EXISTS', KEYS[1]) == 0 then", "if true then"),
            guard(
                    "step",
                    "turns away who is not registered",
                    "if not redis.call('ZSCORE', workers, ARGV[1]) then return {'FENCED'} end",
                    ""),
            guard(
                    "step",
                    "compares what the worker thinks it holds",
                    "if redis.call('LLEN', inflight) ~= tonumber(ARGV[3]) then return resync() end",
                    ""),
            guard(
                    "step",
                    "compares the heads",
                    "if table.concat(fences) ~= ARGV[5 * group + 2] then matches = false end",
                    ""),
            guard(
                    "step",
                    "compares their attempts",
                    "= string.sub(heads[first + i - 1], 2, 20) end",
                    "= string.sub(heads[first + i - 1], 2, 3) .. string.sub(ARGV[5 * group + 2], 19 * i - 16, 19 * i - 16)"
                            + " .. string.sub(heads[first + i - 1], 5, 20) end"),
            guard(
                    "step",
                    "compares their lives",
                    "= string.sub(heads[first + i - 1], 2, 20) end",
                    "= string.sub(ARGV[5 * group + 2], 19 * i - 18, 19 * i - 17)"
                            + " .. string.sub(heads[first + i - 1], 4, 20) end"),
            guard("step", "compares how many there are", "heads and #heads == count", "heads"),
            guard(
                    "step",
                    "puts back what it will not settle",
                    "redis.call('LPUSH', inflight, heads[i])",
                    "local _ = heads[i]"),
            guard(
                    "step",
                    "settles nothing of what it puts back",
                    "    return resync()\n  end\n  local now",
                    "  end\n  local now"),
            guard("step", "leaves no result to a client that is gone", "'NOMKSTREAM', ", ""),
            guard("step", "takes a name only from its holder", "elseif redis.call('GET', key) == value then", "else"),
            guard(
                    "step",
                    "leaves the bell alone when nothing is wanted",
                    "if want < 1 then return {'OK', {}, {}, 0} end",
                    ""),
            guard("step", "claims nothing of a paused queue", "if flags['!paused'] then return {'PAUSED', {}} end", ""),
            guard(
                    "step",
                    "tells which tasks are cancelled",
                    "if redis.call('ZSCORE', cancels, id) then",
                    "if false then"),
            guard("step", "gives every claim a fence of its own", "redis.call('INCRBY', fence, #claimed)", "#claimed"),
            guard("step", "counts what is claimed", "if bytes > 0 then add(producers, '!load', -bytes) end", ""),
            guard("step", "counts what is tried again", "add(producers, '!load', size(envelope))", ""),
            guard("register", "keeps the lease of who is known", "'NX', ", ""),
            full("register", "passes on a full server", "redis.call('ZREM', KEYS[1], '')", ""),
            guard("heartbeat", "names the lost", "if redis.call('ZSCORE', workers, ARGV[i]) then", "if true then"),
            guard(
                    "heartbeat",
                    "registers nobody",
                    "if redis.call('ZSCORE', workers, ARGV[i]) then\n    redis.call('ZADD', workers, 'XX', ",
                    "if true then\n    redis.call('ZADD', workers, "),
            guard(
                    "heartbeat",
                    "ends only what is to be ended",
                    "string.sub(head, 5, 20) .. '!')",
                    "string.sub(head, 5, 20))"),
            full("heartbeat", "passes on a full server", "redis.call('ZREM', workers, '')", ""),
            guard("tick", "gives grace after a silence", "now - beat > tonumber(ARGV[2])", "false"),
            guard("tick", "gives grace after a step of the clock", "now < beat or ", ""),
            guard("tick", "finds nobody expired in a time of grace", "if grace <= now then", "if true then"),
            guard(
                    "tick",
                    "promotes what is due only",
                    "redis.call('ZRANGEBYSCORE', delayed, '-inf', now,",
                    "redis.call('ZRANGEBYSCORE', delayed, '-inf', '+inf',"),
            full("tick", "passes on a full server", "redis.call('HDEL', tick, '')", ""),
            guard(
                    "recover",
                    "looks at the lease again",
                    "if not deadline or tonumber(deadline) > now then return -1 end",
                    ""),
            guard(
                    "recover",
                    "waits in a time of grace",
                    "if whole(redis.call('HGET', tick, 'grace')) > now then return -2 end",
                    ""),
            guard("recover", "ends the registration", "redis.call('ZREM', workers, ARGV[1])", ""),
            guard("recover", "blames one only", "(running == '?' and i == 1)", "running == '?'"),
            guard(
                    "recover",
                    "blames the attempt that ran",
                    "running == string.sub(envelope, 2, 20)",
                    "string.sub(running, 4) == string.sub(envelope, 5, 20)"),
            guard("recover", "takes the marks of the task along", "redis.call('ZREM', cancels, id, id .. '!')", ""),
            guard(
                    "recover",
                    "tells only who awaits the result",
                    "math.floor(string.byte(envelope, 2) / 4) % 2 == 1",
                    "true"),
            guard("recover", "leaves no result to a client that is gone", "'NOMKSTREAM', ", ""),
            guard(
                    "recover",
                    "takes a name only from its holder",
                    "if redis.call('GET', KEYS[16]) == id then",
                    "if true then"),
            guard("recover", "counts what is given back", "add(KEYS[12], '!load', load)", ""),
            guard("release", "counts what is given back", "add(KEYS[8], '!load', load)", ""),
            guard("requeue", "counts what is put back", "add(KEYS[8], '!load', size(envelope))", ""),
            guard("revive", "counts what is put back", "if load > 0 then add(KEYS[7], '!load', load) end", ""),
            guard(
                    "purge",
                    "counts what is deleted",
                    "if ARGV[1] == '1' and load > 0 then add(KEYS[3], '!load', -load) end",
                    ""),
            guard(
                    "release",
                    "turns away who is not registered",
                    "if not redis.call('ZSCORE', workers, ARGV[1]) then return -1 end",
                    ""),
            guard(
                    "release",
                    "gives back nothing when another task runs",
                    "if ARGV[4] ~= '' and string.sub(redis.call('LINDEX', inflight, 0) or '', 2, 20) ~= ARGV[4] then return 0 end",
                    ""),
            full("cancel", "passes on a full server", "redis.call('ZREM', KEYS[2], '')", ""),
            guard(
                    "requeue",
                    "puts back once",
                    "if redis.call('LREM', KEYS[1], 1, envelope) == 0 then return redis.call('EXISTS', KEYS[7]) end",
                    "redis.call('LREM', KEYS[1], 1, envelope)"),
            guard("requeue", "answers a resend as the first time", "return redis.call('EXISTS', KEYS[7])", "return 0"),
            guard("requeue", "gives it another life", "(flags + 8) % 256", "flags"),
            guard(
                    "discard",
                    "deletes once",
                    "if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 0 then return redis.call('EXISTS', KEYS[3]) end",
                    "redis.call('LREM', KEYS[1], 1, ARGV[1])"),
            guard("discard", "answers a resend as the first time", "return redis.call('EXISTS', KEYS[3])", "return 0"),
            guard("admit", "puts it there once", "if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end", ""),
            guard("tick", "asks for heartbeats only while one may have to be ended", "now + ARGV[4]", "'+inf'"),
            full("own", "passes on a full server", "redis.call('ZREM', KEYS[1], '')", ""),
            guard("purge", "puts back what is not expected", "redis.call('LPUSH', container, envelope)", "local _ = 0"),
            guard("purge", "leaves no result to a client that is gone", "'NOMKSTREAM', ", ""),
            guard(
                    "purge",
                    "takes a name only from its holder",
                    "if redis.call('GET', KEYS[key + 1]) == id then",
                    "if true then"),
            full("report", "passes on a full server", "redis.call('HDEL', KEYS[2], '')", ""),
            full("enlist", "passes on a full server", "redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[2])", ""));

    /** What looks like a guard and only saves time: without it the same would happen. */
    static final Map<String, String> SHORTCUTS = Map.of("recover", "if #held == 0 then return 0 end");

    private static Guard guard(String script, String why, String words, String without) {
        return new Guard(script, why, words, without, false);
    }

    private static Guard full(String script, String why, String words, String without) {
        return new Guard(script, why, words, without, true);
    }

    /** The script without it. */
    String mutant() {
        return text(script).replace(words, without);
    }

    static String text(String script) {
        try (var in = Broker.class.getResourceAsStream(script + ".lua")) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return script + " " + why;
    }
}
