package dev.weirpool.queue.protocol;

import static dev.weirpool.queue.protocol.Replies.list;
import static dev.weirpool.queue.protocol.Replies.number;
import static dev.weirpool.queue.protocol.Replies.part;
import static dev.weirpool.queue.protocol.Replies.raw;
import static dev.weirpool.queue.protocol.Replies.text;
import static dev.weirpool.queue.redis.RedisConnection.bytes;

import dev.weirpool.queue.redis.RedisConnection;
import dev.weirpool.queue.redis.Script;
import dev.weirpool.queue.signing.Direction;
import dev.weirpool.queue.signing.Signer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The step of a worker: what it has done is settled, with all its effects, and its next tasks are claimed. */
final class StepExchange {

    private static final Script STEP = Script.load(Broker.class, "step");
    private static final byte[] NOTHING = {};
    private static final byte[] ONE = bytes("1");
    private static final byte[] ZERO = bytes("0");

    private final String queue;
    private final Keys keys;

    StepExchange(String queue, Keys keys) {
        this.queue = queue;
        this.keys = keys;
    }

    StepReply send(RedisConnection redis, String worker, StepRequest request) {
        return send(redis, worker, request, (keyCount, arguments) -> redis.run(STEP, keyCount, arguments));
    }

    StepReply sendAtBell(RedisConnection redis, String worker, StepRequest request, Duration limit) {
        return send(
                redis,
                worker,
                request,
                (keyCount, arguments) -> redis.runAtBell(keys.bell, limit, STEP, keyCount, arguments));
    }

    private interface Sending {
        @Nullable
        Object send(int keyCount, List<byte[]> arguments);
    }

    private StepReply send(RedisConnection redis, String worker, StepRequest request, Sending sending) {
        var pack = new ResultPack(redis.keyring(), queue);
        var groups = SettlementGroup.of(request.settlements());
        var arguments = new ArrayList<byte[]>(24 + 5 * groups.size());
        arguments.add(keys.inflight(worker));
        arguments.add(keys.workers);
        arguments.addAll(keys.ready());
        arguments.add(keys.bell);
        arguments.add(keys.delayed);
        arguments.add(keys.dead);
        arguments.add(keys.cancels);
        arguments.add(keys.fence);
        arguments.add(keys.producers);
        var streams = new HashMap<Long, byte[]>();
        for (var group : groups) {
            if (group.hasResults()) {
                streams.computeIfAbsent(group.first().task().producer(), producer -> {
                    arguments.add(keys.results(producer));
                    return bytes(arguments.size());
                });
            }
        }
        var effects = request.effects();
        var firstEffectKey = arguments.size() + 1;
        effects.forEach(effect -> arguments.add(keyOf(effect)));
        var keyCount = arguments.size();
        arguments.add(bytes(worker));
        arguments.add(bytes(request.want()));
        arguments.add(bytes(request.held()));
        arguments.add(request.woken() ? ONE : ZERO);
        arguments.add(bytes(groups.size()));
        for (var group : groups) {
            arguments.add(bytes(group.count()));
            arguments.add(group.fences());
            arguments.add(bytes(group.kind()));
            arguments.add(
                    group.hasResults()
                            ? streams.getOrDefault(group.first().task().producer(), ZERO)
                            : ZERO);
            arguments.add(
                    group.first() instanceof Settlement.Retry
                            ? bytes(group.delay().toMillis())
                            : group.results(pack));
        }
        arguments.add(bytes(effects.size()));
        for (var i = 0; i < effects.size(); i++) {
            addEffect(arguments, effects.get(i), bytes(firstEffectKey + i), pack);
        }
        return reply(list(sending.send(keyCount, arguments)), redis.keyring().signer(Direction.TASK, queue));
    }

    static StepReply reply(List<?> reply, Signer verifier) {
        return switch (text(part(reply, 0))) {
            case "OK" -> new StepReply.Claimed(tasks(reply, verifier));
            case "PAUSED" -> new StepReply.Paused();
            case "RESYNC" -> new StepReply.Resync(tasks(reply, verifier));
            case "FENCED" -> new StepReply.Fenced();
            default -> throw Broker.unexpected(STEP, reply);
        };
    }

    private byte[] keyOf(Effect effect) {
        var task = effect.task();
        if (effect instanceof Effect.KeepResult) {
            return keys.result(task.id());
        }
        if (effect instanceof Effect.ReleaseName release) {
            return keys.unique(release.name());
        }
        if (effect instanceof Effect.Leave leave) {
            return keys.running(leave.run().schedule());
        }
        if (effect instanceof Effect.Again) {
            return keys.schedules;
        }
        if (effect instanceof Effect.DropBlob drop) {
            return keys.blob(drop.blob());
        }
        return keys.attempts(task.id());
    }

    private static void addEffect(List<byte[]> arguments, Effect effect, byte[] key, ResultPack pack) {
        if (effect instanceof Effect.NoteAttempt note) {
            arguments.addAll(List.of(
                    bytes("append"), key, note.record(), bytes(note.life().toMillis())));
        } else if (effect instanceof Effect.ForgetAttempts || effect instanceof Effect.DropBlob) {
            arguments.addAll(List.of(bytes("unlink"), key, NOTHING, ZERO));
        } else if (effect instanceof Effect.KeepResult keep) {
            var result = pack.seal(effect.task().id(), keep.result());
            arguments.addAll(
                    List.of(bytes("set"), key, result, bytes(keep.life().toMillis())));
        } else if (effect instanceof Effect.ReleaseName) {
            arguments.addAll(List.of(bytes("release"), key, effect.task().id(), ZERO));
        } else if (effect instanceof Effect.Leave) {
            arguments.addAll(List.of(bytes("leave"), key, effect.task().id(), ZERO));
        } else if (effect instanceof Effect.Again again) {
            var how = again.run().again().orElseThrow();
            arguments.addAll(List.of(
                    bytes("again"), key, bytes(again.run().schedule()), bytes(how.putOff() + " " + how.delay())));
        }
    }

    private static List<StepReply.Task> tasks(List<?> reply, Signer verifier) {
        var raws = list(part(reply, 1));
        var cancelled = new HashSet<ByteBuffer>();
        for (var id : list(part(reply, 2))) {
            cancelled.add(ByteBuffer.wrap(raw(id)));
        }
        var tasks = new ArrayList<StepReply.Task>(raws.size());
        var fence = number(part(reply, 3)) - raws.size();
        for (var raw : raws) {
            fence++;
            var envelope = Envelope.received(raw(raw), verifier);
            var isCancelled = !cancelled.isEmpty() && cancelled.contains(ByteBuffer.wrap(envelope.id()));
            tasks.add(new StepReply.Task(envelope, isCancelled, fence));
        }
        return tasks;
    }
}
