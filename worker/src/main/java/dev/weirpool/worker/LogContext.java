package dev.weirpool.worker;

import dev.weirpool.queue.protocol.Envelope;
import java.util.HexFormat;
import org.slf4j.MDC;

/**
 * What a task logs through SLF4J says which task it is: in the MDC, under {@code task}, {@code name}, {@code queue}, {@code attempt}
 * and {@code worker}. Without a logging backend nothing is done, nor loaded.
 */
public final class LogContext {

    private static final String BACKEND = "META-INF/services/org.slf4j.spi.SLF4JServiceProvider";

    private final boolean hasBackend = ClassLoader.getSystemResource(BACKEND) != null;
    private final String queue;
    private final String worker;

    /** What is told of each task, besides its own: whose queue it was on, and what runs it. */
    public LogContext(String queue, String worker) {
        this.queue = queue;
        this.worker = worker;
    }

    /** The task begins on this thread. */
    public void enter(Envelope task) {
        if (hasBackend && task.isReadable()) {
            MDC.put("task", HexFormat.of().formatHex(task.id()));
            MDC.put("name", task.name());
            MDC.put("queue", queue);
            MDC.put("attempt", Integer.toString(task.attempt()));
            MDC.put("worker", worker);
        }
    }

    /** It has ended; whatever it has put there itself goes, too. */
    public void leave() {
        if (hasBackend) {
            MDC.clear();
        }
    }
}
