package dev.weirpool.metrics;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves {@code /metrics}, {@code /health/live} and {@code /health/ready}. */
public final class MonitoringServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(MonitoringServer.class);

    static {
        // read once, when the server's classes are loaded; without the first, Java 17 takes 40 ms for an answer
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
        System.setProperty("sun.net.httpserver.maxRspTime", "10");
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(2, MonitoringServer::daemon);

    private MonitoringServer(HttpServer server) {
        this.server = server;
    }

    /**
     * Takes {@code address} for it: {@code HOST:PORT}, or a port of this machine alone; 0 is any that is free. Who asks there waits
     * until it is told what to {@link #serve}.
     *
     * @throws IllegalArgumentException if that is no address, or the port is taken
     */
    public static MonitoringServer bind(String address) {
        var at = parse(address);
        try {
            return new MonitoringServer(HttpServer.create(at, 0));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "cannot serve http at " + address + ": " + e.getMessage() + "; name another port, or 0 for any", e);
        }
    }

    /** Begins to answer. */
    public void serve(Exposition exposition, Health health) {
        server.createContext("/", exchange -> Reply.sendLine(exchange, 404, "/metrics /health/live /health/ready"));
        server.createContext("/metrics", exposition.handler());
        server.createContext("/health/live", health.liveness());
        server.createContext("/health/ready", health.readiness());
        server.setExecutor(threads);
        server.start();
        log.info("metrics and health at http://{}", address());
    }

    /** Where it serves, as {@code HOST:PORT}. */
    public String address() {
        var at = server.getAddress();
        var host = at.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + at.getPort();
    }

    private static InetSocketAddress parse(String address) {
        var colon = address.lastIndexOf(':');
        var host = colon <= 0 ? "" : address.substring(0, colon);
        var port = address.substring(colon + 1);
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65535) {
            throw new IllegalArgumentException(
                    "not an address: '" + address + "'; write HOST:PORT or PORT, for example 127.0.0.1:9464");
        }
        try {
            return new InetSocketAddress(
                    host.isEmpty() ? InetAddress.getLoopbackAddress() : InetAddress.getByName(host),
                    Integer.parseInt(port));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("no such host: '" + host + "' in '" + address + "'", e);
        }
    }

    private static Thread daemon(Runnable body) {
        var thread = new Thread(body, "weirpool-http");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
