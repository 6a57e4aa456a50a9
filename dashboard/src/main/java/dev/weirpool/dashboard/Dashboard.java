package dev.weirpool.dashboard;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.weirpool.queue.inspect.Operator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A web page that shows all queues of a Redis, and steers them.
 *
 * <p>Whoever gets in can see what tasks are given and, unless it is read-only, stop them. Without a secret it can be reached from this
 * machine only.
 */
public final class Dashboard implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Dashboard.class);
    private static final int THREADS = 160;

    static {
        // read once, when the server's classes are loaded
        setUnlessGiven("sun.net.httpserver.nodelay", "true"); // else each answer takes 40 ms
        setUnlessGiven("sun.net.httpserver.maxReqTime", "30");
        setUnlessGiven("sun.net.httpserver.maxRspTime", "120");
    }

    private final Operator operator;
    private final Sampler sampler;
    private final Schedules schedules;
    private final HttpServer server;
    private final ExecutorService threads;

    private Dashboard(
            Operator operator, Sampler sampler, Schedules schedules, HttpServer server, ExecutorService threads) {
        this.operator = operator;
        this.sampler = sampler;
        this.schedules = schedules;
        this.server = server;
        this.threads = threads;
    }

    /** The same without metrics. */
    public static Dashboard start(DashboardOptions options) {
        return start(options, Site::noMetrics);
    }

    /**
     * Starts to listen.
     *
     * @param metrics what {@code /metrics} answers whoever is let in
     * @throws IllegalArgumentException if it cannot listen there
     * @throws dev.weirpool.queue.redis.RedisUnavailableException if Redis does not answer; that is tried once, for 4 s at most
     */
    public static Dashboard start(DashboardOptions options, HttpHandler metrics) {
        var redis = options.redis().withPatience(Duration.ZERO);
        var operator = Operator.connect(redis);
        try {
            var server = HttpServer.create(options.address(), 0);
            var clock = Clock.systemUTC();
            var history = new History(operator, clock);
            var sampler = new Sampler(operator, history, clock);
            var schedules = new Schedules(redis);
            var threads = threads();
            server.setExecutor(threads);
            server.createContext("/", new Site(options, operator, sampler, history, schedules, metrics));
            sampler.start();
            server.start();
            return new Dashboard(operator, sampler, schedules, server, threads);
        } catch (IOException e) {
            operator.close();
            throw new IllegalArgumentException(
                    "cannot listen on " + options.host() + ":" + options.port() + ": " + e.getMessage()
                            + "; name another address with --bind",
                    e);
        } catch (UncheckedIOException e) {
            operator.close();
            throw e;
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private static ExecutorService threads() {
        var pool = new ThreadPoolExecutor(4, THREADS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), body -> {
            var thread = new Thread(body, "weirpool-dashboard");
            thread.setDaemon(true);
            return thread;
        });
        pool.setRejectedExecutionHandler((request, full) -> log.warn("too many requests at once; dropped one"));
        return pool;
    }

    private static void setUnlessGiven(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** Ends it, with the requests that are under way. */
    @Override
    public void close() {
        sampler.close();
        server.stop(0);
        threads.shutdownNow();
        schedules.close();
        operator.close();
    }
}
