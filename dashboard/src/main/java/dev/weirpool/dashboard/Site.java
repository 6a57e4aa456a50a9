package dev.weirpool.dashboard;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.weirpool.queue.inspect.Operator;
import dev.weirpool.queue.redis.RedisFullException;
import dev.weirpool.queue.redis.RedisRefusedException;
import dev.weirpool.queue.redis.RedisUnavailableException;
import dev.weirpool.queue.signing.MissingSecretException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every path of the dashboard, and what answers it. */
final class Site implements HttpHandler {

    private static final Logger log = LoggerFactory.getLogger(Site.class);
    private static final int WORTH_PACKING = 1024;

    /** Nothing is run or shown but what comes from here, and no other page may show this one. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private final Doorkeeper doorkeeper;
    private final Assets assets = new Assets();
    private final Sampler sampler;
    private final Events events;
    private final Screens screens;
    private final List<Route> routes = new ArrayList<>();

    private final HttpHandler metrics;

    Site(
            DashboardOptions options,
            Operator operator,
            Sampler sampler,
            History history,
            Schedules schedules,
            HttpHandler metrics) {
        this.doorkeeper = new Doorkeeper(options.secret());
        this.sampler = sampler;
        this.events = new Events(sampler);
        this.metrics = metrics;
        this.screens = new Screens(options, operator, sampler, history, schedules, assets);
        get("/", screens::overview);
        get("/queues", screens::queues);
        get("/queues/{queue}", screens::queue);
        get("/queues/{queue}/tasks/{task}", screens::task);
        get("/workers", screens::workers);
        get("/schedules", screens::schedules);
        get("/dead", screens::dead);
        get("/redis", screens::redis);
        var api = new Api(options, operator, sampler, history, schedules);
        get("/api/v1/overview", api::overview);
        get("/api/v1/history", api::history);
        get("/api/v1/queues", api::queues);
        get("/api/v1/queues/{queue}", api::queue);
        get("/api/v1/queues/{queue}/tasks", api::tasks);
        get("/api/v1/queues/{queue}/tasks/{task}", api::task);
        get("/api/v1/workers", api::workers);
        get("/api/v1/schedules", api::schedules);
        get("/api/v1/redis", api::redis);
        if (!options.isReadOnly()) {
            var actions = new Actions(operator, sampler, schedules, screens);
            post("/queues/{queue}/pause", actions::pause);
            post("/queues/{queue}/resume", actions::resume);
            post("/queues/{queue}/dead", actions::dead);
            post("/queues/{queue}/schedules", actions::schedule);
            post("/queues/{queue}/tasks/{task}/cancel", actions::cancel);
            post("/queues/{queue}/tasks/{task}/kill", actions::kill);
            post("/queues/{queue}/launchers/{launcher}/drain", actions::drain);
            post("/queues/{queue}/workers/{worker}/threads", actions::threads);
        }
    }

    private void get(String pattern, Action action) {
        routes.add(new Route("GET", pattern, action));
    }

    private void post(String pattern, Action action) {
        routes.add(new Route("POST", pattern, action));
    }

    /** What answers a request. */
    @FunctionalInterface
    interface Action {
        Reply answer(Request request) throws InterruptedException;
    }

    private record Route(String method, String pattern, Action action) {}

    @Override
    public void handle(HttpExchange exchange) {
        try (exchange) {
            protect(exchange);
            var path = exchange.getRequestURI().getRawPath();
            var method = exchange.getRequestMethod().equals("HEAD") ? "GET" : exchange.getRequestMethod();
            if (path.startsWith("/health/")) {
                send(exchange, health(path));
                return;
            }
            var refusal = doorkeeper.refuse(method, exchange.getRequestHeaders());
            if (refusal.isPresent()) {
                send(exchange, refusal.get());
            } else if (path.equals("/events")) {
                events.stream(exchange);
            } else if (path.equals("/metrics")) {
                metrics.handle(exchange);
            } else {
                send(exchange, answer(exchange, method));
            }
        } catch (IOException e) {
            log.debug("a browser has gone: {}", e.getMessage());
        }
    }

    static void noMetrics(HttpExchange exchange) throws IOException {
        send(exchange, Reply.text(404, "this dashboard was started without metrics"));
    }

    private static void protect(HttpExchange exchange) {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Security-Policy", POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "same-origin");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
    }

    /** Alive is who answers; ready is who can ask Redis. Neither tells more than that. */
    private Reply health(String path) {
        return switch (path) {
            case "/health/live" -> Reply.text(200, "live");
            case "/health/ready" ->
                sampler.latest().isDown()
                        ? Reply.text(503, "not ready: Redis does not answer")
                        : Reply.text(200, "ready");
            default -> Reply.text(404, "no such check; there are /health/live and /health/ready");
        };
    }

    private Reply answer(HttpExchange exchange, String method) throws IOException {
        var path = exchange.getRequestURI().getRawPath();
        if (path.startsWith("/assets/")) {
            return assets.find(path.substring("/assets/".length())).orElseGet(() -> Reply.text(404, "no such file"));
        }
        var isPart = exchange.getRequestHeaders().containsKey("HX-Request");
        try {
            var request = Request.of(exchange);
            for (var route : routes) {
                var matching = route.method.equals(method) ? request.matching(route.pattern) : null;
                if (matching != null) {
                    return route.action.answer(isPart ? matching.asPart() : matching);
                }
            }
            return problem(path, isPart, 404, "There is no such page", "");
        } catch (IllegalArgumentException e) {
            return problem(path, isPart, 400, "That cannot be asked", String.valueOf(e.getMessage()));
        } catch (MissingSecretException e) {
            return problem(path, isPart, 409, "The dashboard has no secret for that", String.valueOf(e.getMessage()));
        } catch (RedisUnavailableException | RedisRefusedException | RedisFullException e) {
            sampler.forget();
            return problem(path, isPart, 503, "Redis did not do it", String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return problem(path, isPart, 503, "The dashboard is being stopped", "");
        } catch (RuntimeException e) {
            log.error("{} failed: {}", path, e.getMessage(), e);
            return problem(path, isPart, 500, "A fault of the dashboard's own", "Its log has the rest.");
        }
    }

    private Reply problem(String path, boolean isPart, int status, String title, String text) {
        return path.startsWith("/api/")
                ? Api.problem(status, text.isEmpty() ? title : text)
                : screens.problem(isPart, status, title, text);
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        reply.headers().forEach(exchange.getResponseHeaders()::set);
        var body = reply.body();
        if (body.length > WORTH_PACKING && acceptsPacked(exchange)) {
            body = Assets.packed(body);
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
        }
        exchange.getResponseHeaders().set("Vary", "Accept-Encoding, HX-Request");
        if (exchange.getRequestMethod().equals("HEAD") || body.length == 0) {
            exchange.sendResponseHeaders(reply.status(), -1);
            return;
        }
        exchange.sendResponseHeaders(reply.status(), body.length);
        exchange.getResponseBody().write(body);
    }

    private static boolean acceptsPacked(HttpExchange exchange) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst("Accept-Encoding"))
                .filter(accepted -> accepted.contains("gzip"))
                .isPresent();
    }
}
