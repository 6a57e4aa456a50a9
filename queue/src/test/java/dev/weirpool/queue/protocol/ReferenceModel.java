package dev.weirpool.queue.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the protocol should do, on plain collections: the scripts are held against it.
 *
 * <p>Its methods are those of {@link Broker}. It knows two times only, soon and late: delays and leases are nothing, a few
 * milliseconds, which have passed before the next tick, or an hour, which never passes.
 */
final class ReferenceModel {
    final Containers now = Containers.empty();
    private final Set<StoredTask.Id> refused = new HashSet<>();
    private final Set<UUID> carriedOut = new HashSet<>();
    private long claims;
    private Limit limit = Limit.NONE;
    private boolean isTicking;
    private boolean isGrace;

    PushReply push(long producer, long previous, List<StoredTask> tasks, List<Due> dues) {
        long last = now.producers().getOrDefault(producer, 0L);
        if (previous > last) {
            return new PushReply.Gap(last);
        }
        var fresh = IntStream.range(0, tasks.size())
                .filter(i -> tasks.get(i).sequence() > last)
                .toArray();
        if (fresh.length == 0) {
            return new PushReply.Stored();
        }
        if (now.flags().contains("closed")) {
            return new PushReply.Closed();
        }
        var taken = IntStream.of(fresh).limit(room(tasks, fresh)).toArray();
        if (taken.length == 0) {
            return new PushReply.Full(last, limit);
        }
        var idle = now.ready().get(0).isEmpty();
        var plain =
                dues.isEmpty() && IntStream.of(taken).allMatch(i -> tasks.get(i).priority() == 0);
        var waiting = false;
        for (var i : taken) {
            var task = tasks.get(i);
            now.producers().put(producer, task.sequence());
            if (dues.isEmpty() || !isLate(dues.get(i))) {
                now.ready().get(task.priority()).add(task);
                waiting = true;
            } else {
                now.delayed().put(task, false);
            }
        }
        if (plain ? idle : waiting && now.bell().isEmpty()) {
            now.bell().add("1");
        }
        return taken.length == fresh.length
                ? new PushReply.Stored()
                : new PushReply.Full(now.producers().get(producer), limit);
    }

    /** How many of those may still wait. */
    private int room(List<StoredTask> tasks, int[] fresh) {
        var waiting = Stream.concat(now.ready().stream().flatMap(List::stream), now.delayed().keySet().stream())
                .toList();
        var bytes = waiting.stream().mapToInt(task -> task.envelope().size()).sum();
        var room = 0;
        while (room < fresh.length
                && (limit.items() == 0 || waiting.size() + room < limit.items())
                && (limit.bytes() == 0 || bytes < limit.bytes())) {
            bytes += tasks.get(fresh[room]).envelope().size();
            room++;
        }
        return room;
    }

    void limit(Limit limit) {
        this.limit = limit;
    }

    PushReply pushUnique(long previous, StoredTask task, Due due, String name) {
        long last = now.producers().getOrDefault(task.producer(), 0L);
        var isNew = previous <= last && task.sequence() > last && !now.flags().contains("closed");
        var holder = now.kept().get("unique:" + name);
        if (isNew && holder != null) {
            now.producers().put(task.producer(), task.sequence());
            refused.add(task.id());
        }
        if (previous <= last && refused.contains(task.id())) {
            return new PushReply.Exists(new byte[0]);
        }
        var reply = push(task.producer(), previous, List.of(task), List.of(due));
        if (isNew && reply instanceof PushReply.Stored) {
            now.kept().put("unique:" + name, task.id().toString());
        }
        return reply;
    }

    PushReply pushWithoutBody(long previous, StoredTask task) {
        long last = now.producers().getOrDefault(task.producer(), 0L);
        if (previous > last) {
            return new PushReply.Gap(last);
        }
        if (task.sequence() <= last) {
            return new PushReply.Stored();
        }
        return now.flags().contains("closed") ? new PushReply.Closed() : new PushReply.BodyMissing();
    }

    StepReply step(String worker, StepRequest request) {
        if (!now.workers().containsKey(worker)) {
            return new StepReply.Fenced();
        }
        var held = new ArrayList<>(now.inflight().getOrDefault(worker, List.of()));
        var settled = request.settlements().stream()
                .map(settlement -> StoredTask.of(settlement.task()))
                .toList();
        var count = settled.size();
        var agreed = count == 0
                ? held.size() == request.held()
                : count <= held.size() && held.subList(0, count).equals(settled);
        if (!agreed) {
            return new StepReply.Resync(marked(held));
        }
        held.subList(0, count).clear();
        request.settlements().forEach(this::settle);
        request.effects().forEach(this::have);
        var claimed = new ArrayList<StoredTask>();
        if (request.want() > 0 && !now.flags().contains("!paused")) {
            now.ready().forEach(level -> {
                while (!level.isEmpty() && claimed.size() < request.want()) {
                    claimed.add(level.remove(0));
                }
            });
        }
        held.addAll(claimed);
        hold(worker, held);
        if (request.want() < 1) {
            return new StepReply.Claimed(List.of());
        }
        if (now.flags().contains("!paused")) {
            return new StepReply.Paused();
        }
        claims += claimed.size();
        if (claimed.isEmpty()) {
            now.bell().clear();
        } else if (request.woken() && now.ready().stream().anyMatch(level -> !level.isEmpty())) {
            ring();
        }
        return new StepReply.Claimed(marked(claimed));
    }

    private void settle(Settlement settlement) {
        var task = StoredTask.of(settlement.task());
        if (settlement instanceof Settlement.Retry retry) {
            now.delayed()
                    .put(
                            task.withFailures(task.failures() + 1),
                            isSoon(retry.delay().toMillis()));
            return;
        }
        unmark(task);
        if (settlement instanceof Settlement.Bury) {
            now.dead().add(task);
        }
        if (settlement.task().awaitsResult()) {
            deliver(task);
        }
    }

    private void unmark(StoredTask task) {
        now.marks().removeAll(List.of(task.id().toString(), task.id() + "!"));
    }

    private void deliver(StoredTask task) {
        now.results().computeIfPresent(task.producer(), (producer, sequences) -> {
            var all = new ArrayList<>(sequences);
            all.add(task.sequence());
            return all;
        });
    }

    private void have(Effect effect) {
        var id = StoredTask.of(effect.task()).id();
        if (effect instanceof Effect.NoteAttempt) {
            noteAttempt(id);
        } else if (effect instanceof Effect.ForgetAttempts) {
            now.kept().remove("attempts:" + id);
        } else if (effect instanceof Effect.KeepResult) {
            now.kept().put("result:" + id, "");
        } else if (effect instanceof Effect.ReleaseName release) {
            now.kept().remove("unique:" + release.name(), id.toString());
        }
    }

    private void noteAttempt(StoredTask.Id id) {
        now.kept().merge("attempts:" + id, "1", (count, one) -> "" + (Integer.parseInt(count) + 1));
    }

    private List<StepReply.Task> marked(List<StoredTask> tasks) {
        var first = claims - tasks.size() + 1;
        return IntStream.range(0, tasks.size())
                .mapToObj(i -> new StepReply.Task(
                        tasks.get(i).envelope(),
                        now.marks().contains(tasks.get(i).id().toString()),
                        first + i))
                .toList();
    }

    boolean register(String worker, long leaseMillis) {
        return now.workers().putIfAbsent(worker, isSoon(leaseMillis)) == null;
    }

    HeartbeatReply heartbeat(long leaseMillis, List<String> workers) {
        var lost = new HashSet<>(workers);
        lost.removeAll(now.workers().keySet());
        var condemned = new HashMap<String, String>();
        for (var worker : workers) {
            now.workers().computeIfPresent(worker, (name, endsSoon) -> isSoon(leaseMillis));
            var held = now.inflight().getOrDefault(worker, List.of());
            if (!held.isEmpty() && now.marks().contains(held.get(0).id() + "!")) {
                condemned.put(
                        worker, HexFormat.of().formatHex(held.get(0).envelope().id()));
            }
        }
        return new HeartbeatReply(lost, condemned);
    }

    TickReply tick(boolean afterSilence, long leaseMillis) {
        if (afterSilence || !isTicking) {
            isGrace = !isSoon(leaseMillis);
        }
        isTicking = true;
        var due = now.delayed().entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .toList();
        now.delayed().keySet().removeAll(due);
        due.stream()
                .filter(task -> task.failures() == 0)
                .forEach(task -> now.ready().get(task.priority()).add(task));
        for (var i = due.size() - 1; i >= 0; i--) {
            if (due.get(i).failures() > 0) { // it had its turn
                now.ready().get(due.get(i).priority()).add(0, due.get(i));
            }
        }
        if (!due.isEmpty()) {
            ring();
        }
        var expired = now.workers().entrySet().stream()
                .filter(worker -> worker.getValue() && !isGrace)
                .map(Map.Entry::getKey)
                .toList();
        return new TickReply(due.size(), expired, now.marks().stream().anyMatch(mark -> mark.endsWith("!")));
    }

    int recoverExpired(String worker, long backoffMillis) {
        if (!now.workers().getOrDefault(worker, false)) {
            return -1;
        }
        return isGrace ? -2 : recoverDead(worker, backoffMillis, new Blame.Oldest());
    }

    int recoverDead(String worker, long backoffMillis, Blame blame) {
        now.workers().remove(worker);
        var held = now.inflight().getOrDefault(worker, List.of());
        now.inflight().remove(worker);
        for (var i = held.size() - 1; i >= 0; i--) {
            var task = held.get(i);
            if (blame instanceof Blame.Oldest && i == 0) {
                charge(task, backoffMillis);
            } else if (blame instanceof Blame.Running running
                    && Arrays.equals(running.fence(), task.envelope().fence())) {
                noteAttempt(task.id());
                if (running.verdict() == null) {
                    charge(task, backoffMillis);
                } else {
                    bury(task, running.verdict());
                }
            } else {
                giveBack(List.of(task));
            }
        }
        return held.size();
    }

    private void charge(StoredTask task, long backoffMillis) {
        var charged = task.withFailures(task.failures() + 1);
        var delay = backoffMillis * task.failures();
        if (delay > 0) {
            now.delayed().put(charged, isSoon(delay));
        } else {
            giveBack(List.of(charged));
        }
    }

    private void bury(StoredTask task, Blame.Verdict verdict) {
        now.dead().add(task.withFailures(task.failures() + 1));
        unmark(task);
        if (task.envelope().awaitsResult()) {
            deliver(task);
        }
        verdict.keep().ifPresent(life -> now.kept().put("result:" + task.id(), ""));
        verdict.uniqueKey()
                .ifPresent(name -> now.kept().remove("unique:" + name, task.id().toString()));
    }

    boolean requeue(StoredTask letter, UUID request) {
        if (!now.dead().remove(letter)) {
            return carriedOut.contains(request);
        }
        carriedOut.add(request);
        now.ready().get(letter.priority()).add(letter.withFailures(0).withLife(letter.life() + 1));
        ring();
        return true;
    }

    int revive(int most) {
        var letters =
                List.copyOf(now.dead().subList(0, Math.min(most, now.dead().size())));
        letters.forEach(letter -> requeue(letter, UUID.randomUUID()));
        return letters.size();
    }

    int purge(int level, List<StoredTask> expected, String name) {
        var ready = now.ready().get(level);
        var ids = expected.stream().map(StoredTask::id).toList();
        var deleted = 0;
        while (deleted < expected.size()
                && !ready.isEmpty()
                && ids.contains(ready.get(0).id())) {
            var task = ready.remove(0);
            if (task.envelope().awaitsResult()) {
                deliver(task);
            }
            now.kept().remove("unique:" + name, task.id().toString());
            now.kept().remove("attempts:" + task.id());
            deleted++;
        }
        return deleted;
    }

    boolean discard(StoredTask letter, UUID request) {
        if (!now.dead().remove(letter)) {
            return carriedOut.contains(request);
        }
        carriedOut.add(request);
        now.kept().remove("attempts:" + letter.id());
        return true;
    }

    /** Discards it, and puts a copy on this same queue, which stands for another. */
    boolean move(StoredTask letter, UUID request) {
        var isFirst = !carriedOut.contains(request);
        if (!discard(letter, request)) {
            return false;
        }
        if (isFirst) {
            now.ready().get(letter.priority()).add(letter.withFailures(0).withLife(letter.life() + 1));
            ring();
        }
        return true;
    }

    int release(String worker, int keep, boolean unregister) {
        if (!now.workers().containsKey(worker)) {
            return -1;
        }
        var held = now.inflight().getOrDefault(worker, List.of());
        var tail = List.copyOf(held.subList(Math.min(keep, held.size()), held.size()));
        hold(worker, held.subList(0, held.size() - tail.size()));
        giveBack(tail);
        if (unregister) {
            now.workers().remove(worker);
        }
        return tail.size();
    }

    int giveBackAhead(String worker, StoredTask running) {
        var held = now.inflight().getOrDefault(worker, List.of());
        var isFirst = !held.isEmpty() && held.get(0).equals(running);
        return isFirst || !now.workers().containsKey(worker) ? release(worker, 1, false) : 0;
    }

    private void giveBack(List<StoredTask> tasks) {
        for (var i = tasks.size() - 1; i >= 0; i--) {
            now.ready().get(tasks.get(i).priority()).add(0, tasks.get(i));
            ring();
        }
    }

    private void hold(String worker, List<StoredTask> tasks) {
        if (tasks.isEmpty()) {
            now.inflight().remove(worker);
        } else {
            now.inflight().put(worker, List.copyOf(tasks));
        }
    }

    private void ring() {
        if (now.bell().isEmpty()) {
            now.bell().add("1");
        }
    }

    void cancel(long producer, List<Long> sequences, boolean endRunning) {
        for (var sequence : sequences) {
            now.marks().add(new StoredTask.Id(producer, sequence).toString());
            if (endRunning) {
                now.marks().add(new StoredTask.Id(producer, sequence) + "!");
            }
        }
    }

    /** To before the last tick. */
    void stepClockBack() {
        isTicking = false;
    }

    void pause() {
        now.flags().add("!paused");
    }

    void resume() {
        now.flags().remove("!paused");
        ring();
    }

    static boolean isSoon(long millis) {
        return millis < 60_000;
    }

    private static boolean isLate(Due due) {
        return due.isFromNow() && !isSoon(due.millis());
    }
}
