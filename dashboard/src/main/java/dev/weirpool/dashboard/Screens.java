package dev.weirpool.dashboard;

import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.Search;
import dev.weirpool.queue.inspect.TaskState;
import dev.weirpool.queue.inspect.TaskSummary;
import dev.weirpool.queue.redis.ForeignDataException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The pages: each gathers what it shows, which is never more than a page of anything. */
final class Screens {

    private static final int PAGE = 25;
    private static final int MOST_NAMED = 200;
    private static final int LOOKED_AT = 4_000;
    private static final int LOOKED_AT_MOST = 1_000_000;

    private static final Map<String, String> SENTENCES = Map.ofEntries(
            Map.entry("paused", "Paused. What runs is finished; nothing else begins."),
            Map.entry("resumed", "Resumed."),
            Map.entry("cancelled", "Cancelled. It will not begin; if it runs already, it may end."),
            Map.entry("killed", "Told to end. Its process is ended if it does not in a few seconds."),
            Map.entry("retried", "Put back on the queue, with all attempts before it."),
            Map.entry("deleted", "Deleted."),
            Map.entry("draining", "Told to drain. It hears of it within some seconds, and ends after its last task."),
            Map.entry("refused", "Not told: too many orders wait for that launcher already."),
            Map.entry("none", "Nothing was selected."),
            Map.entry("sent", "Put on the queue, besides its planned times."),
            Map.entry("busy", "Not put on the queue: as many as may of it run already."),
            Map.entry("stopped", "Paused. Planned times until it is resumed are passed over."));

    private final DashboardOptions options;
    private final Operator operator;
    private final Sampler sampler;
    private final History history;
    private final Schedules schedules;
    private final Assets assets;
    private final Pages pages = new Pages();

    Screens(
            DashboardOptions options,
            Operator operator,
            Sampler sampler,
            History history,
            Schedules schedules,
            Assets assets) {
        this.options = options;
        this.operator = operator;
        this.sampler = sampler;
        this.history = history;
        this.schedules = schedules;
        this.assets = assets;
    }

    Reply overview(Request request) {
        var frame = frame(request, "Overview", "Overview");
        if (frame.now().isDown()) {
            return down(frame);
        }
        var range = Range.of(request.one("range").orElse(""));
        var series = history.of(range, frame.now().names());
        return page(
                "overview",
                frame,
                Map.of("series", series, "redis", options.redis().toString()));
    }

    Reply queues(Request request) {
        var frame = frame(request, "Queues", "Queues");
        return frame.now().isDown()
                ? down(frame)
                : page("queues", frame, Map.of("redis", options.redis().toString()));
    }

    Reply queue(Request request) {
        var name = request.name("queue");
        var queue = operator.queue(name);
        var frame = frame(request, name, "Queues");
        if (frame.now().isDown()) {
            return down(frame);
        }
        var state = state(request);
        var cursor = request.one("cursor").orElse("");
        var tasks = queue.tasks(state, state == TaskState.DEAD, cursor, PAGE);
        var range = Range.of(request.one("range").orElse(""));
        return page(
                "queue",
                frame,
                Map.of(
                        "queue",
                        queue.state(),
                        "state",
                        state,
                        "tasks",
                        tasks,
                        "cursor",
                        cursor,
                        "series",
                        history.of(range, name),
                        "redis",
                        options.redis().toString()));
    }

    private static TaskState state(Request request) {
        var name = request.one("state").orElse("ready").toUpperCase(Locale.ROOT);
        for (var state : TaskState.values()) {
            if (state.name().equals(name)) {
                return state;
            }
        }
        throw new IllegalArgumentException("tasks are ready, delayed, running or dead, not '" + name + "'");
    }

    Reply task(Request request) {
        var name = request.name("queue");
        var id = TaskId.parse(request.name("task"));
        var frame = frame(request, "Task " + id, "Queues");
        if (frame.now().isDown()) {
            return down(frame);
        }
        var most = Math.min(LOOKED_AT_MOST, request.number("most", LOOKED_AT));
        var found = operator.queue(name).find(id, most);
        if (found instanceof Search.Found there) {
            return page("task", frame, Map.of("queue", name, "task", there.task()));
        }
        if (found instanceof Search.GaveUp gaveUp) {
            return page(
                    "notfound",
                    frame,
                    Map.of("queue", name, "id", id.toString(), "looked", gaveUp.looked(), "total", gaveUp.total()));
        }
        if (found instanceof Search.Ended ended) {
            return page("ended", frame, Map.of("queue", name, "id", id.toString(), "ended", ended));
        }
        return problem(
                request.isPart(),
                404,
                "Task " + id + " is not here",
                "It has ended, was deleted, or never was on the queue " + name + ".");
    }

    Reply workers(Request request) {
        var frame = frame(request, "Workers", "Workers");
        if (frame.now().isDown()) {
            return down(frame);
        }
        var hosts = new TreeMap<String, List<Snapshot.Launcher>>();
        var names = new HashMap<String, String>();
        frame.now().launchers().stream()
                .map(Snapshot.Launcher::queue)
                .distinct()
                .flatMap(queue -> running(queue).stream())
                .forEach(task -> names.put(task.id().toString(), task.name()));
        for (var launcher : frame.now().launchers()) {
            hosts.computeIfAbsent(launcher.state().host(), host -> new ArrayList<>())
                    .add(launcher);
        }
        return page(
                "workers",
                frame,
                Map.of("hosts", hosts, "names", names, "redis", options.redis().toString()));
    }

    private List<TaskSummary> running(String queue) {
        try {
            return operator.queue(queue)
                    .tasks(TaskState.RUNNING, false, "", MOST_NAMED)
                    .tasks();
        } catch (ForeignDataException e) {
            return List.of(); // the next look at all queues says why
        }
    }

    Reply threads(Request request, String worker, Optional<String> stacks) {
        var frame = frame(request, "Threads of " + worker, "Workers").still();
        return page("threads", frame, Map.of("worker", worker, "stacks", stacks.orElse("")));
    }

    Reply schedules(Request request) {
        var frame = frame(request, "Schedules", "Schedules");
        if (frame.now().isDown()) {
            return down(frame);
        }
        var spoilt = new ArrayList<String>();
        var all = schedules.all(operator.queueNames(), frame.at(), spoilt::add);
        return page(
                "schedules",
                frame,
                Map.of(
                        "schedules",
                        all,
                        "spoilt",
                        spoilt,
                        "redis",
                        options.redis().toString()));
    }

    /** A dead letter, and what happened to it. */
    record Letter(TaskSummary task, List<Attempt> attempts) {

        Optional<Attempt> last() {
            return attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.get(attempts.size() - 1));
        }
    }

    Reply dead(Request request) {
        var frame = frame(request, "Dead letters", "Dead letters");
        if (frame.now().isDown()) {
            return down(frame);
        }
        var now = frame.now();
        var name = request.one("queue")
                .orElseGet(() -> now.queues().stream()
                        .filter(queue -> queue.state().dead() > 0)
                        .findFirst()
                        .map(queue -> queue.state().name())
                        .orElse(""));
        if (name.isEmpty()) {
            return page(
                    "dead", frame, Map.of("queue", "", "letters", List.of(), "total", 0L, "next", "", "cursor", ""));
        }
        var queue = operator.queue(name);
        var cursor = request.one("cursor").orElse("");
        var tasks = queue.tasks(TaskState.DEAD, true, cursor, PAGE);
        var letters = tasks.tasks().stream()
                .map(task -> new Letter(task, queue.attempts(task.id())))
                .toList();
        return page(
                "dead",
                frame,
                Map.of(
                        "queue",
                        name,
                        "letters",
                        letters,
                        "total",
                        tasks.total(),
                        "next",
                        tasks.next().orElse(""),
                        "cursor",
                        cursor));
    }

    Reply redis(Request request) {
        var frame = frame(request, "Redis", "Redis");
        return frame.now().isDown()
                ? down(frame)
                : page(
                        "redis",
                        frame,
                        Map.of(
                                "server",
                                operator.server(),
                                "redis",
                                options.redis().toString()));
    }

    Reply problem(boolean isPart, int status, String title, String text) {
        var request = new Request("/", "", isPart, Map.of(), Map.of());
        var frame = status < 500 ? frame(request, title, "").still() : frame(request, title, "");
        return Reply.html(
                status,
                pages.write(
                        "problem", Map.of("frame", frame, "title", title, "text", text, "canRecover", status >= 500)));
    }

    private Reply down(Frame frame) {
        return Reply.html(
                503,
                pages.write(
                        "down", Map.of("frame", frame, "redis", options.redis().toString())));
    }

    private Reply page(String template, Frame frame, Map<String, Object> values) {
        var all = new HashMap<String, Object>(values);
        all.put("frame", frame);
        return Reply.html(200, pages.write(template, all));
    }

    private Frame frame(Request request, String title, String section) {
        var now = sampler.latest();
        return new Frame(
                title,
                section,
                request.self().replaceFirst("[?&]said=\\w*", ""),
                request.isPart(),
                request.isPart()
                        ? ""
                        : SENTENCES.getOrDefault(request.one("said").orElse(""), ""),
                now.at(),
                options.isReadOnly(),
                options.hidesPayloads(),
                now,
                assets);
    }
}
