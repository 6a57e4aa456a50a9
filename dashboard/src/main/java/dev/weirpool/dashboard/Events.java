package dev.weirpool.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/** Tells whoever watches that there is something new to be seen. */
final class Events {

    private static final int MOST_WATCHERS = 100;
    private static final Duration SILENCE = Duration.ofSeconds(15);

    /** Less than what the server allows for an answer; a browser asks again. */
    private static final Duration LIFE = Duration.ofSeconds(100);

    private final Sampler sampler;
    private final Semaphore places = new Semaphore(MOST_WATCHERS);

    Events(Sampler sampler) {
        this.sampler = sampler;
    }

    /** Answers with a tick for each of the sampler's, until the watcher has gone. */
    void stream(HttpExchange exchange) throws IOException {
        if (!places.tryAcquire()) {
            exchange.getResponseHeaders().set("Retry-After", "30");
            exchange.sendResponseHeaders(503, -1);
            return;
        }
        sampler.enter();
        try {
            tell(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sampler.leave();
            places.release();
        }
    }

    private void tell(HttpExchange exchange) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("X-Accel-Buffering", "no"); // for a proxy that would collect it
        exchange.sendResponseHeaders(200, 0);
        var out = exchange.getResponseBody();
        out.write(": here\n\n".getBytes(UTF_8));
        out.flush();
        var deadline = System.nanoTime() + LIFE.toNanos();
        var seen = sampler.await(Long.MAX_VALUE, Duration.ZERO);
        while (System.nanoTime() < deadline && !sampler.isClosed()) {
            var tick = sampler.await(seen, SILENCE);
            out.write((tick > seen ? "event: tick\ndata: " + tick + "\n\n" : ": still here\n\n").getBytes(UTF_8));
            out.flush();
            seen = tick;
        }
    }
}
