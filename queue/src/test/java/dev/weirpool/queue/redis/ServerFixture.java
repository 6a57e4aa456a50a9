package dev.weirpool.queue.redis;

import dev.weirpool.queue.TaskQueue;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A Redis server of a test's own and a queue on it, and what else is to be closed before they are. */
public abstract class ServerFixture {
    @TempDir
    protected Path directory;

    /** The queue's name. */
    protected final String name;

    protected RedisServer server;
    protected TaskQueue queue;

    private final String[] options;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /** @param options of the server */
    protected ServerFixture(String name, String... options) {
        this.name = name;
        this.options = options;
    }

    @BeforeEach
    public final void startServer() throws Exception {
        server = RedisServer.start(directory, options);
        open.push(server);
        queue = closing(TaskQueue.connect(server.options(), name));
    }

    /** Has it closed after the test, before what was opened before it. */
    protected final <C extends AutoCloseable> C closing(C opened) {
        open.push(opened);
        return opened;
    }

    @AfterEach
    public final void closeAll() throws Exception {
        if (open.isEmpty()) {
            return;
        }
        try {
            open.pop().close();
        } finally {
            closeAll();
        }
    }
}
