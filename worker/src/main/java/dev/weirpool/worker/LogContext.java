package dev.weirpool.worker;

import dev.weirpool.queue.protocol.Envelope;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.slf4j.spi.MDCAdapter;

/**
 * What a task logs through SLF4J says which task it is: in the MDC, under {@code task}, {@code name}, {@code queue}, {@code attempt}
 * and {@code worker}. Without a logging backend nothing is done, nor loaded; in a worker, until something is logged.
 */
public final class LogContext {

    private final String queue;
    private final String worker;

    // while logging has yet to begin
    private volatile @Nullable Envelope running;
    private volatile @Nullable Thread thread; // that runs it

    /** What is told of each task, besides its own: whose queue it was on, and what runs it. */
    public LogContext(String queue, String worker) {
        this.queue = queue;
        this.worker = worker;
    }

    /** The task begins on this thread. */
    public void enter(Envelope task) {
        if (!task.isReadable()) {
            return;
        }
        if (LateLogging.hasBegun(this)) {
            tell(task, MDC.getMDCAdapter());
        } else {
            running = task;
            thread = Thread.currentThread();
        }
    }

    /** Logging begins, on the thread of the task that runs, as a rule; else that task is not told of. */
    void begin(MDCAdapter mdc) {
        var task = running;
        if (task != null && thread == Thread.currentThread()) {
            tell(task, mdc);
        }
    }

    private void tell(Envelope task, MDCAdapter mdc) {
        mdc.put("task", HexFormat.of().formatHex(task.id()));
        mdc.put("name", task.name());
        mdc.put("queue", queue);
        mdc.put("attempt", Integer.toString(task.attempt()));
        mdc.put("worker", worker);
    }

    /** It has ended; whatever it has put there itself goes, too. */
    public void leave() {
        running = null;
        if (LateLogging.hasBegun(this)) {
            MDC.clear();
        }
    }
}
