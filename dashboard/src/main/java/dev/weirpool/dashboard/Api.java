package dev.weirpool.dashboard;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.QueueState;
import dev.weirpool.queue.inspect.Search;
import dev.weirpool.queue.inspect.TaskDetail;
import dev.weirpool.queue.inspect.TaskState;
import dev.weirpool.queue.inspect.TaskSummary;
import dev.weirpool.queue.inspect.WorkerState;
import dev.weirpool.queue.protocol.Tally.Count;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the pages show, as JSON. Moments are in ISO 8601, durations in seconds, sizes in bytes. */
final class Api {

    private static final int PAGE = 25;
    private static final int LOOKED_AT = 100_000;
    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    private final DashboardOptions options;
    private final Operator operator;
    private final Sampler sampler;
    private final History history;
    private final Schedules schedules;

    Api(DashboardOptions options, Operator operator, Sampler sampler, History history, Schedules schedules) {
        this.options = options;
        this.operator = operator;
        this.sampler = sampler;
        this.history = history;
        this.schedules = schedules;
    }

    static Reply problem(int status, String text) {
        return Reply.json(status, GSON.toJson(Map.of("error", text)));
    }

    Reply overview(Request request) {
        return facts(now -> object(
                "at", now.at(),
                "queues", now.queues().size(),
                "ready", now.ready(),
                "delayed", now.delayed(),
                "running", now.running(),
                "dead", now.dead(),
                "workers", now.workers(),
                "donePerMinute", now.done(),
                "failedPerMinute", now.failed()));
    }

    Reply queues(Request request) {
        return facts(now -> object(
                "at", now.at(), "queues", now.queues().stream().map(Api::queue).toList(), "spoilt", now.spoilt()));
    }

    Reply queue(Request request) {
        var name = request.name("queue");
        operator.queue(name); // checks the name
        return facts(now -> now.queue(name).map(Api::queue).orElse(null));
    }

    Reply tasks(Request request) {
        var name = request.one("state").orElse("ready").toUpperCase(Locale.ROOT);
        var page = operator.queue(request.name("queue"))
                .tasks(
                        TaskState.valueOf(name),
                        request.one("order").orElse("").equals("newest"),
                        request.one("cursor").orElse(""),
                        request.number("limit", PAGE));
        return json(object(
                "total",
                page.total(),
                "next",
                page.next().orElse(null),
                "tasks",
                page.tasks().stream().map(this::task).toList()));
    }

    Reply task(Request request) {
        var found = operator.queue(request.name("queue")).find(TaskId.parse(request.name("task")), LOOKED_AT);
        if (found instanceof Search.Found there) {
            return json(detail(there.task()));
        }
        if (found instanceof Search.GaveUp gaveUp) {
            return problem(
                    404, "not among the " + gaveUp.looked() + " tasks that were looked at, of " + gaveUp.total());
        }
        if (found instanceof Search.Ended ended) {
            return json(object(
                    "id", request.name("task"),
                    "state", "ended",
                    "outcome", ended.ending().kind().name().toLowerCase(Locale.ROOT),
                    "result", options.hidesPayloads() ? null : ended.ending().text(),
                    "attempts", ended.attempts().stream().map(this::attempt).toList()));
        }
        return problem(404, "it is not here");
    }

    Reply workers(Request request) {
        return facts(now -> object(
                "at",
                now.at(),
                "launchers",
                now.launchers().stream()
                        .map(each -> {
                            var state = each.state();
                            return object(
                                    "id",
                                    state.id(),
                                    "queue",
                                    each.queue(),
                                    "host",
                                    state.host(),
                                    "pid",
                                    state.pid(),
                                    "version",
                                    state.version(),
                                    "java",
                                    state.java(),
                                    "heardOf",
                                    state.isKnown() ? state.at() : null,
                                    "startedAt",
                                    state.isKnown() ? state.startedAt() : null,
                                    "memoryLimit",
                                    state.memoryLimit(),
                                    "restarts",
                                    state.restarts(),
                                    "draining",
                                    state.draining(),
                                    "workers",
                                    state.workers().stream().map(Api::worker).toList());
                        })
                        .toList()));
    }

    Reply schedules(Request request) {
        var spoilt = new ArrayList<String>();
        var all = schedules.all(operator.queueNames(), sampler.latest().at(), spoilt::add);
        return json(object("schedules", all.stream().map(Api::planned).toList(), "spoilt", spoilt));
    }

    private static Map<String, @Nullable Object> planned(Schedules.Planned planned) {
        var status = planned.status();
        return object(
                "name", status.name(),
                "queue", planned.queue(),
                "task", status.task(),
                "when", status.schedule().description(),
                "schedule", status.schedule().toString(),
                "paused", status.isPaused(),
                "late", planned.isLate(),
                "next", planned.next().stream().map(Instant::toString).toList(),
                "fired", status.fired(),
                "skipped", status.skipped(),
                "missed", status.missed());
    }

    Reply redis(Request request) {
        var server = operator.server();
        return json(object(
                "at", server.now(),
                "address", options.redis().toString(),
                "version", server.version(),
                "roundTrip", server.roundTrip().toNanos() / 1e9,
                "clockDifference", server.clockDifference().toNanos() / 1e9,
                "usedMemory", server.usedMemory(),
                "maxMemory", server.maxMemory(),
                "evictionPolicy", server.evictionPolicy(),
                "appendOnly", server.hasAppendOnlyFile(),
                "appendfsync", server.appendfsync().orElse(null),
                "connectedClients", server.number("connected_clients")));
    }

    Reply history(Request request) {
        var range = Range.of(request.one("range").orElse(""));
        var series = request.one("queue")
                .map(queue -> history.of(range, queue))
                .orElseGet(() -> history.of(range, sampler.latest().names()));
        return json(object(
                "range",
                range.id(),
                "step",
                range.step().toSeconds(),
                "starts",
                series.starts().stream().map(Instant::getEpochSecond).toList(),
                "donePerMinute",
                series.done(),
                "failedPerMinute",
                series.failed(),
                "waitP50",
                series.waits(0.5),
                "waitP95",
                series.waits(0.95),
                "runP50",
                series.runs(0.5),
                "runP95",
                series.runs(0.95),
                "waiting",
                series.depths(),
                "busy",
                series.busy(),
                "workers",
                series.present(),
                "all",
                object(
                        "done", series.all().get(Count.DONE),
                        "retried", series.all().get(Count.RETRIED),
                        "dead", series.all().get(Count.DEAD),
                        "cancelled", series.all().get(Count.CANCELLED),
                        "workersDied", series.all().get(Count.DIED))));
    }

    private static Map<String, @Nullable Object> queue(Snapshot.Queue queue) {
        QueueState state = queue.state();
        return object(
                "name", state.name(),
                "ready", state.ready(),
                "readyByPriority", state.readyByPriority(),
                "delayed", state.delayed(),
                "running", state.running(),
                "dead", state.dead(),
                "workers", state.workers(),
                "partitions", state.partitions(),
                "paused", state.paused(),
                "abandoned", state.isAbandoned(),
                "oldestAge", state.oldestAge().map(age -> age.toNanos() / 1e9).orElse(null),
                "nextDue", state.nextDue().orElse(null),
                "donePerMinute", queue.done(),
                "failedPerMinute", queue.failed());
    }

    private @Nullable Map<String, @Nullable Object> progress(TaskSummary task) {
        return task.progress()
                .map(progress -> object(
                        "done", progress.done(),
                        "total", progress.total(),
                        "note", options.hidesPayloads() ? null : progress.note(),
                        "at", progress.at()))
                .orElse(null);
    }

    private Map<String, @Nullable Object> task(TaskSummary task) {
        return object(
                "id", task.id().toString(),
                "name", task.name(),
                "state", task.state().name().toLowerCase(Locale.ROOT),
                "priority", task.priority(),
                "attempt", task.attempt(),
                "maxAttempts", task.maxAttempts(),
                "size", task.size(),
                "due", task.due().orElse(null),
                "worker", task.worker().orElse(null),
                "since", task.since().orElse(null),
                "progress", progress(task));
    }

    private Map<String, @Nullable Object> detail(TaskDetail detail) {
        var facts = task(detail.task());
        facts.put("headers", options.hidesPayloads() ? Map.of() : detail.headers());
        facts.put("arguments", options.hidesPayloads() ? null : detail.argumentsPreview());
        facts.put("attempts", detail.attempts().stream().map(this::attempt).toList());
        return facts;
    }

    private Map<String, @Nullable Object> attempt(Attempt attempt) {
        return object(
                "number",
                attempt.number(),
                "endedAt",
                attempt.endedAt(),
                "where",
                attempt.where(),
                "outcome",
                options.hidesPayloads() ? null : attempt.outcome(),
                "details",
                options.hidesPayloads() ? Map.of() : attempt.details());
    }

    private static Map<String, @Nullable Object> worker(WorkerState worker) {
        return object(
                "name", worker.name(),
                "pid", worker.pid(),
                "ready", worker.ready(),
                "startedAt", worker.startedAt(),
                "memory", worker.memory(),
                "heapLimit", worker.heapLimit(),
                "begun", worker.begun(),
                "task", worker.task().orElse(null),
                "since", worker.since().orElse(null));
    }

    /** Says what is so now, if Redis tells. */
    private Reply facts(java.util.function.Function<Snapshot, @Nullable Object> facts) {
        var now = sampler.latest();
        if (now.isDown()) {
            return problem(503, now.problem());
        }
        var answer = facts.apply(now);
        return answer == null ? problem(404, "there is no such queue") : json(answer);
    }

    private static Reply json(Object facts) {
        return Reply.json(200, GSON.toJson(facts));
    }

    private static Map<String, @Nullable Object> object(@Nullable Object... namesAndValues) {
        var object = new LinkedHashMap<String, @Nullable Object>();
        for (var i = 0; i < namesAndValues.length; i += 2) {
            var value = namesAndValues[i + 1];
            object.put(String.valueOf(namesAndValues[i]), value instanceof Instant moment ? moment.toString() : value);
        }
        return object;
    }
}
