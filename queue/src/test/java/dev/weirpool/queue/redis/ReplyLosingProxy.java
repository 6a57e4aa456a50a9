package dev.weirpool.queue.redis;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Stands between a client and Redis, and cuts their connection: when Redis has answered, or after any byte of either. */
public final class ReplyLosingProxy implements AutoCloseable {

    private final URI server;
    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger repliesToLose = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong requestBytes = new AtomicLong();
    private final AtomicLong replyBytes = new AtomicLong();
    private volatile long lastRequestByte = Long.MAX_VALUE;
    private volatile long lastReplyByte = Long.MAX_VALUE;

    public ReplyLosingProxy(URI server) throws IOException {
        this.server = server;
        start(this::accept);
    }

    /** The address to use instead of the server's. */
    public URI uri() {
        return URI.create("redis://" + server.getRawUserInfo() + "@127.0.0.1:" + door.getLocalPort());
    }

    /** Loses the next reply. */
    public void loseOneReply() {
        repliesToLose.incrementAndGet();
    }

    public boolean hasLostAll() {
        return repliesToLose.get() == 0;
    }

    /** How many bytes clients have sent. */
    public long requestBytes() {
        return requestBytes.get();
    }

    /** How many bytes Redis has answered. */
    public long replyBytes() {
        return replyBytes.get();
    }

    /** Lets Redis have {@code bytes} more from clients, then cuts; no answer to them comes through. */
    public void cutRequestAfter(long bytes) {
        lastReplyByte = Long.MAX_VALUE;
        lastRequestByte = requestBytes.get() + bytes;
    }

    /** Lets clients have {@code bytes} more from Redis, then cuts. */
    public void cutReplyAfter(long bytes) {
        lastRequestByte = Long.MAX_VALUE;
        lastReplyByte = replyBytes.get() + bytes;
    }

    /** Waits until Redis has had, and done, all that it will ever have from connections that were cut. */
    public void awaitQuiet() {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> open.get() == 0);
    }

    private void accept() throws IOException {
        while (true) {
            var client = door.accept();
            var redis = new Socket(server.getHost(), server.getPort());
            client.setTcpNoDelay(true);
            redis.setTcpNoDelay(true);
            sockets.add(client);
            sockets.add(redis);
            open.incrementAndGet();
            start(() -> copyRequests(client, redis));
            start(() -> {
                try (client;
                        redis) {
                    copyReplies(redis, client);
                } finally {
                    open.decrementAndGet();
                }
            });
        }
    }

    private void copyRequests(Socket client, Socket redis) throws IOException {
        try (var in = client.getInputStream()) {
            var buffer = new byte[1 << 16];
            for (var n = in.read(buffer); n > 0; n = in.read(buffer)) {
                var left = lastRequestByte - requestBytes.getAndAdd(n);
                if (left <= n) {
                    lastRequestByte = Long.MAX_VALUE;
                    client.close(); // first, so that no answer comes through
                    redis.getOutputStream().write(buffer, 0, (int) left);
                    return;
                }
                redis.getOutputStream().write(buffer, 0, n);
            }
        } finally {
            redis.shutdownOutput(); // Redis does what it has had, and then closes
        }
    }

    private void copyReplies(Socket redis, Socket client) throws IOException {
        var in = redis.getInputStream();
        var buffer = new byte[1 << 16];
        for (var n = in.read(buffer); n > 0; n = in.read(buffer)) {
            if (repliesToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                return;
            }
            var left = lastReplyByte - replyBytes.getAndAdd(n);
            if (left <= n) {
                lastReplyByte = Long.MAX_VALUE;
                client.getOutputStream().write(buffer, 0, (int) left);
                return;
            }
            if (!client.isClosed()) {
                client.getOutputStream().write(buffer, 0, n);
            }
        }
    }

    private static void start(Work work) {
        var thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // one end has closed: the connection is over
                    }
                },
                "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        door.close();
        for (var socket : sockets) {
            socket.close();
        }
    }

    private interface Work {
        void run() throws IOException;
    }
}
