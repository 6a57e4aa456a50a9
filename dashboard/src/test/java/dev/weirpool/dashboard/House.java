package dev.weirpool.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weirpool.queue.RedisOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A dashboard of a test's own, and a client of it. */
final class House implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    final Dashboard dashboard;

    House(DashboardOptions options) {
        this(Dashboard.start(options));
    }

    House(Dashboard dashboard) {
        this.dashboard = dashboard;
    }

    static DashboardOptions options(RedisOptions redis) {
        return DashboardOptions.of(redis).withBind("127.0.0.1:0", null);
    }

    URI at(String path) {
        return URI.create("http://127.0.0.1:" + dashboard.address().getPort() + path);
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(at(path)), headers);
    }

    /** As a form on a page of the dashboard does. */
    HttpResponse<String> post(String path, String form) throws IOException, InterruptedException {
        return post(path, form, "Sec-Fetch-Site", "same-origin");
    }

    HttpResponse<String> post(String path, @Nullable String form, String... headers)
            throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(at(path))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form, UTF_8)),
                headers);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String... headers)
            throws IOException, InterruptedException {
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        dashboard.close();
    }
}
