package dev.weirpool.queue.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between a client and Redis, and cuts the connection when Redis has answered, before the answer is through. */
public final class ReplyLosingProxy implements AutoCloseable {

    private final URI server;
    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger repliesToLose = new AtomicInteger();

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

    private void accept() throws IOException {
        while (true) {
            var client = door.accept();
            var redis = new Socket(server.getHost(), server.getPort());
            client.setTcpNoDelay(true);
            redis.setTcpNoDelay(true);
            sockets.add(client);
            sockets.add(redis);
            start(() -> copy(client, redis, false));
            start(() -> copy(redis, client, true));
        }
    }

    private void copy(Socket from, Socket to, boolean replies) throws IOException {
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            var buffer = new byte[1 << 16];
            for (var n = in.read(buffer); n > 0; n = in.read(buffer)) {
                if (replies && repliesToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    return;
                }
                out.write(buffer, 0, n);
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
