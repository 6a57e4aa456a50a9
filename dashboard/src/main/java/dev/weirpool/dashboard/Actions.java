package dev.weirpool.dashboard;

import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.inspect.OperatedQueue;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.inspect.TaskState;
import java.time.Duration;

/** What changes something. A read-only dashboard has none of it. */
final class Actions {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(12);

    private final Operator operator;
    private final Sampler sampler;
    private final Schedules schedules;
    private final Screens screens;

    Actions(Operator operator, Sampler sampler, Schedules schedules, Screens screens) {
        this.operator = operator;
        this.sampler = sampler;
        this.schedules = schedules;
        this.screens = screens;
    }

    Reply pause(Request request) {
        queue(request).pause();
        return done(request, "paused");
    }

    Reply resume(Request request) {
        queue(request).resume();
        return done(request, "resumed");
    }

    Reply cancel(Request request) {
        queue(request).cancel(task(request.name("task")));
        return done(request, "cancelled");
    }

    Reply kill(Request request) {
        queue(request).kill(task(request.name("task")));
        return done(request, "killed");
    }

    /** Retries or deletes dead letters: those that are named, or all. */
    Reply dead(Request request) {
        var queue = queue(request);
        var action = request.one("action").orElse("");
        switch (action) {
            case "retry" -> request.all("task").forEach(id -> queue.requeueDead(task(id)));
            case "delete" -> request.all("task").forEach(id -> queue.deleteDead(task(id)));
            case "retry-all" -> queue.requeueDead(count -> {});
            case "delete-all" -> queue.purge(TaskState.DEAD, count -> {});
            default -> throw new IllegalArgumentException("nothing to be done with dead letters: '" + action + "'");
        }
        if (!action.endsWith("-all") && request.all("task").isEmpty()) {
            return done(request, "none");
        }
        return done(request, action.startsWith("retry") ? "retried" : "deleted");
    }

    /** Pauses or resumes a schedule, or runs its task now. */
    Reply schedule(Request request) {
        var scheduler = schedules.of(request.name("queue"));
        var name = request.one("schedule").orElse("");
        var action = request.one("action").orElse("");
        switch (action) {
            case "run" -> {
                return done(request, scheduler.triggerNow(name).isPresent() ? "sent" : "busy");
            }
            case "pause" -> scheduler.pause(name);
            case "resume" -> scheduler.resume(name);
            default -> throw new IllegalArgumentException("nothing to be done with a schedule: '" + action + "'");
        }
        return done(request, action.equals("pause") ? "stopped" : "resumed");
    }

    Reply drain(Request request) {
        var heard = queue(request).drain(request.name("launcher"));
        return done(request, heard ? "draining" : "refused");
    }

    Reply threads(Request request) throws InterruptedException {
        var worker = request.name("worker");
        var stacks = queue(request).threads(worker, ANSWER_LIMIT);
        return screens.threads(request, worker, stacks);
    }

    private OperatedQueue queue(Request request) {
        return operator.queue(request.name("queue"));
    }

    private static TaskId task(String id) {
        return TaskId.parse(id);
    }

    /** Back to the page it came from, which says what was done. */
    private Reply done(Request request, String what) {
        sampler.forget();
        var back = request.one("back").filter(Actions::isOurs).orElse("/");
        return Reply.seeOther(back + (back.contains("?") ? "&" : "?") + "said=" + what);
    }

    private static boolean isOurs(String path) {
        return path.matches("/[A-Za-z0-9._~/%?&=:-]*") && !path.startsWith("//");
    }
}
