package dev.weirpool.dashboard;

import static dev.weirpool.queue.redis.RedisConnection.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpHandler;
import dev.weirpool.queue.Attempt;
import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskOptions;
import dev.weirpool.queue.redis.Redis;
import dev.weirpool.queue.redis.ServerFixture;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the dashboard answers, and to whom. */
@Timeout(120)
final class DashboardTest extends ServerFixture {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String TOKEN = "a-long-secret";
    private static final List<String> PAGES = List.of("/", "/queues", "/workers", "/schedules", "/dead", "/redis");

    DashboardTest() {
        super("images");
    }

    private House house() {
        return new House(House.options(server.options()));
    }

    @Test
    void saysWhatToDoWhereThereIsNothingYet() throws Exception {
        try (var house = house()) {
            assertThat(house.get("/").body())
                    .contains("No queues yet", "weirpool worker --queue default --redis redis://");
            assertThat(house.get("/workers").body()).contains("No workers", "weirpool worker --queue default");
            assertThat(house.get("/dead").body()).contains("No dead letters");
            for (var page : PAGES) {
                assertThat(house.get(page).statusCode()).as(page).isEqualTo(200);
            }
        }
    }

    @Test
    void saysHowToStartWorkersForTasksThatWaitInVain() throws Exception {
        queue.send(Task.of(Chores::resize, "a.jpg", 1));

        try (var house = house()) {
            assertThat(house.get("/").body())
                    .contains("No worker serves", "1 task", "weirpool worker --queue images --redis redis://");
        }
    }

    @Test
    void showsTasksByStatePageByPage() throws Exception {
        for (var i = 0; i < 60; i++) {
            queue.send(Task.of(Chores::resize, "a.jpg", i));
        }
        queue.send(Task.of(Chores::resize, "b.jpg", 1), TaskOptions.DEFAULT.withDelay(Duration.ofHours(1)));

        try (var house = house()) {
            var first = house.get("/queues/images").body();
            var second = house.get(link(first, "Next")).body();
            var third = house.get(link(second, "Next")).body();

            assertThat(tasksOn(first)).hasSize(25);
            assertThat(tasksOn(second)).hasSize(25);
            assertThat(tasksOn(third)).hasSize(10);
            assertThat(third).doesNotContain(">Next<");
            var all = new LinkedHashSet<>(tasksOn(first));
            all.addAll(tasksOn(second));
            all.addAll(tasksOn(third));
            assertThat(all).hasSize(60);
            assertThat(tasksOn(house.get("/queues/images?state=delayed").body()))
                    .hasSize(1);
        }
    }

    @Test
    void showsATaskWithItsArgumentsAndEveryAttempt() throws Exception {
        var id = queue.send(
                Task.of(Chores::refuse, "out of ink"),
                TaskOptions.DEFAULT.withAttempts(2).withRetryOn(IllegalStateException.class));
        runUntilDead(1);

        try (var house = house()) {
            var page = house.get("/queues/images/tasks/" + id).body();

            assertThat(page)
                    .contains("Chores::refuse", "Attempt 1", "Attempt 2", "IllegalStateException: out of ink")
                    .contains("at dev.weirpool.dashboard.Chores.refuse");
        }
    }

    @Test
    void showsHowFarATaskSaysItIs() throws Exception {
        var id = queue.send(Task.of(Chores::render, "the-mill.mov"));
        var hiding = House.options(server.options()).withHiddenPayloads(true);
        try (var launcher = Launcher.start(LauncherOptions.of(1, server.options(), "images"));
                var house = house();
                var discreet = new House(hiding)) {
            for (var path : List.of("/queues/images/tasks/" + id, "/queues/images?state=running")) {
                await().atMost(LIMIT)
                        .until(() -> house.get(path).body().contains("<progress aria-label=\"Progress\" max=\"6000\""));
                assertThat(house.get(path).body()).contains(" of 6,000", "the-mill.mov");
                assertThat(discreet.get(path).body()).contains(" of 6,000").doesNotContain("the-mill.mov");
            }
            var told = JsonParser.parseString(
                            house.get("/api/v1/queues/images/tasks/" + id).body())
                    .getAsJsonObject()
                    .getAsJsonObject("progress");
            assertThat(told.get("done").getAsInt()).isPositive();
            assertThat(told.get("total").getAsInt()).isEqualTo(6000);
            assertThat(discreet.get("/api/v1/queues/images/tasks?state=running").body())
                    .contains("\"total\":6000")
                    .doesNotContain("the-mill.mov");
            house.post("/queues/images/tasks/" + id + "/kill", "");
            await().atMost(LIMIT)
                    .until(() ->
                            !house.get("/queues/images?state=running").body().contains("<progress"));
        }
    }

    @Test
    void showsWhatATaskReturnedOrThrewWhoseResultIsKept() throws Exception {
        var kept = TaskOptions.DEFAULT.withKeepResult(Duration.ofHours(1));
        var good = queue.send(Task.of(Chores::resize, "a.jpg", 4711), kept);
        var bad = queue.send(Task.of(Chores::refuse, "out of ink"), kept);
        runUntilDead(1);
        try (var house = house();
                var discreet = new House(House.options(server.options()).withHiddenPayloads(true))) {
            var page = "/queues/images/tasks/" + good;
            assertThat(house.get(page).body()).contains("What it returned", "4711");
            assertThat(discreet.get(page).body()).contains("What it returned").doesNotContain("4711");
            assertThat(house.get("/api/v1" + page).body()).contains("\"outcome\":\"returned\"", "\"result\":\"4711\"");
            page = "/queues/images/tasks/" + bad;
            assertThat(house.get(page).body())
                    .as("a dead letter, to be retried")
                    .contains("out of ink", "Retry");

            queue.deadLetters().delete(queue.deadLetters().find(bad).orElseThrow());

            assertThat(house.get(page).body()).contains("What it threw", "IllegalStateException: out of ink");
            assertThat(house.get("/api/v1" + page).body()).contains("\"outcome\":\"threw\"");
        }
    }

    @Test
    void hidesPayloadsWhenToldTo() throws Exception {
        var id = queue.send(Task.of(Chores::refuse, "patient-4711"));
        runUntilDead(1);

        try (var house = new House(House.options(server.options()).withHiddenPayloads(true))) {
            for (var path : List.of("/dead", "/queues/images/tasks/" + id, "/api/v1/queues/images/tasks/" + id)) {
                var page = house.get(path);
                assertThat(page.statusCode()).isEqualTo(200);
                assertThat(page.body()).as(path).contains("refuse").doesNotContain("patient-4711");
            }
        }
    }

    @Test
    void retriesAndDeletesDeadLetters() throws Exception {
        var retried = queue.send(Task.of(Chores::refuse, "one"));
        var deleted = queue.send(Task.of(Chores::refuse, "two"));
        queue.send(Task.of(Chores::refuse, "three"));
        runUntilDead(3);

        try (var house = house()) {
            house.post("/queues/images/dead", "action=retry&task=" + retried + "&back=/dead");
            house.post("/queues/images/dead", "action=delete&task=" + deleted);

            assertThat(queue.size()).isEqualTo(1);
            assertThat(queue.deadLetters().size()).isEqualTo(1);

            var said = house.post("/queues/images/dead", "action=retry-all&back=/dead?queue=images");

            assertThat(said.statusCode()).isEqualTo(303);
            assertThat(said.headers().firstValue("Location")).contains("/dead?queue=images&said=retried");
            assertThat(queue.size()).isEqualTo(2);
            assertThat(queue.deadLetters().size()).isZero();
        }
    }

    @Test
    void sendsNobodyElsewhere() throws Exception {
        try (var house = house()) {
            for (var back : List.of("//evil.example", "https://evil.example", "/a%0d%0aX: y", "/\\evil.example")) {
                var reply = house.post("/queues/images/pause", "back=" + back);

                assertThat(reply.headers().firstValue("Location").orElse(""))
                        .startsWith("/?said=")
                        .doesNotContain("evil");
            }
        }
    }

    @Test
    void pausesOnlyWhenItsOwnPageAsks() throws Exception {
        queue.send(Task.of(Chores::resize, "a.jpg", 1));
        try (var house = house()) {
            assertThat(house.post("/queues/images/pause", "", "Sec-Fetch-Site", "cross-site")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(house.post("/queues/images/pause", "", "Sec-Fetch-Site", "same-site")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(house.post("/queues/images/pause", "", "Origin", "http://evil.example")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(house.post("/queues/images/pause", "", "X-Any", "thing").statusCode())
                    .isEqualTo(403);
            assertThat(paused(house)).isFalse();

            assertThat(house.post("/queues/images/pause", "").statusCode()).isEqualTo(303);
            assertThat(paused(house)).isTrue();

            var origin = house.at("").toString();
            assertThat(house.post("/queues/images/resume", "", "Origin", origin).statusCode())
                    .isEqualTo(303);
            assertThat(paused(house)).isFalse();
        }
    }

    @Test
    void hasNothingThatChangesAnythingWhenReadOnly() throws Exception {
        var id = queue.send(Task.of(Chores::refuse, "x"));
        runUntilDead(1);

        try (var house = new House(House.options(server.options()).withReadOnly(true))) {
            for (var path : List.of(
                    "/queues/images/pause",
                    "/queues/images/resume",
                    "/queues/images/dead",
                    "/queues/images/tasks/" + id + "/cancel",
                    "/queues/images/tasks/" + id + "/kill",
                    "/queues/images/launchers/l/drain",
                    "/queues/images/workers/w/threads")) {
                assertThat(house.post(path, "action=retry-all").statusCode())
                        .as(path)
                        .isEqualTo(404);
            }
            for (var page : List.of("/", "/queues/images", "/dead", "/workers", "/queues/images/tasks/" + id)) {
                assertThat(house.get(page).body()).as(page).doesNotContain("<form", "<button");
            }
            assertThat(queue.deadLetters().size()).isEqualTo(1);
        }
    }

    @Test
    void letsNobodyInWithoutTheToken() throws Exception {
        var options = DashboardOptions.of(server.options()).withBind("0.0.0.0:0", TOKEN);
        try (var house = new House(options)) {
            for (var path : List.of("/", "/api/v1/queues", "/events", "/assets/app.js")) {
                assertThat(house.get(path).statusCode()).as(path).isEqualTo(401);
                assertThat(house.get(path, "Authorization", "Bearer a-long-secre")
                                .statusCode())
                        .isEqualTo(401);
                assertThat(house.get(path, "Authorization", basic("admin", "wrong-one"))
                                .statusCode())
                        .isEqualTo(401);
            }
            assertThat(house.get("/", "Authorization", "Bearer " + TOKEN).statusCode())
                    .isEqualTo(200);
            assertThat(house.get("/", "Authorization", basic("anyone", TOKEN)).statusCode())
                    .isEqualTo(200);
            assertThat(house.post("/queues/images/pause", "", "Authorization", basic("anyone", TOKEN))
                            .statusCode())
                    .as("a login that a browser sends along")
                    .isEqualTo(403);
            assertThat(house.post("/queues/images/pause", "", "Authorization", "Bearer " + TOKEN)
                            .statusCode())
                    .isEqualTo(303);
            assertThat(house.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(options.toString()).doesNotContain(TOKEN);
        }
    }

    @Test
    void givesItsMetricsToWhoeverKnowsTheToken() throws Exception {
        var options = DashboardOptions.of(server.options()).withBind("0.0.0.0:0", TOKEN);
        HttpHandler metrics = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("some_metric 1\n".getBytes(UTF_8));
        };
        try (var house = new House(Dashboard.start(options, metrics))) {
            assertThat(house.get("/metrics").statusCode()).isEqualTo(401);
            var scraped = house.get("/metrics", "Authorization", "Bearer " + TOKEN);
            assertThat(scraped.statusCode()).isEqualTo(200);
            assertThat(scraped.body()).isEqualTo("some_metric 1\n");
        }
        try (var house = house()) {
            assertThat(house.get("/metrics").statusCode()).isEqualTo(404);
            assertThat(house.get("/metrics").body()).contains("without metrics");
        }
    }

    @Test
    void willNotListenForEverybodyWithoutAToken() {
        var options = DashboardOptions.of(server.options());

        assertThatThrownBy(() -> options.withBind("0.0.0.0:8080", null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0.0.0.0")
                .hasMessageContaining("WEIRPOOL_DASHBOARD_TOKEN");
        assertThatThrownBy(() -> options.withBind("0.0.0.0:8080", "short"))
                .hasMessageContaining("at least 8")
                .message()
                .doesNotContain("short;");
        assertThatThrownBy(() -> options.withBind("8080", null)).hasMessageContaining("write 127.0.0.1:8080");
    }

    @Test
    void answersToItsAddressOnlyAndToNoNameThatSomebodyPointsHere() throws Exception {
        try (var house = house()) {
            var port = house.dashboard.address().getPort();

            assertThat(status(port, "127.0.0.1:" + port)).isEqualTo(200);
            assertThat(status(port, "localhost:" + port)).isEqualTo(200);
            assertThat(status(port, "evil.example:" + port)).isEqualTo(421);
            assertThat(status(port, "127.0.0.1.evil.example")).isEqualTo(421);
        }
    }

    @Test
    void showsWhatAKilledWorkerPrintedLast() throws Exception {
        var id = queue.send(Task.of(Chores::shoutAndBeKilled), TaskOptions.DEFAULT.withAtMostOnce());
        runUntilDead(1);

        try (var house = house()) {
            assertThat(house.get("/queues/images/tasks/" + id).body())
                    .contains("was killed by signal 9", "told to stdout", "told to stderr");
        }
    }

    @Test
    void escapesWhateverComesOutOfRedis() throws Exception {
        var evil = "<script>alert('1')</script>\"onload='x'<img src=x onerror=alert(1)>";
        queue.send(Task.of(Chores::refuse, evil), TaskOptions.DEFAULT.withHeaders(Map.of("note" + evil, evil)));
        runUntilDead(1);
        var letter = queue.deadLetters().list(0, 1).get(0);
        var forged = new Attempt(7, Instant.now(), evil, evil, Map.of("stack" + evil, evil, "stderr", evil));
        try (var redis = server.unrestricted().open();
                var connection = redis.connect()) {
            var prefix = "weirpool:{images}:";
            connection.call("RPUSH", bytes(prefix + "attempts:" + letter.id()), forged.toBytes());
            connection.call("ZADD", bytes("weirpool:queues"), bytes(1), bytes(evil));
            connection.call("ZADD", bytes(prefix + "workers"), bytes(9_000_000_000_000L), bytes(evil + ".7.x.1"));
            connection.call(
                    "SET",
                    bytes(prefix + "launcher:" + evil + ".7.x"),
                    bytes("host " + evil + "\nversion " + evil + "\njava " + evil + "\nat 1\nworker "
                            + evil.replace(' ', '_') + " 1 true 1 1 1 1 " + evil.replace(' ', '_') + " 1\n"));
            // a name that no class can have, in the place of the true one
            var raw = letter.toBytes();
            var name = Chores.class.getName() + "::refuse";
            var at = new String(raw, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf(name);
            var evilName = (evil + evil).substring(0, name.length()).getBytes(UTF_8);
            System.arraycopy(evilName, 0, raw, at, evilName.length);
            raw[12] = 9; // another task
            connection.call("RPUSH", bytes(prefix + "dead"), raw);
            connection.call("RPUSH", bytes(prefix + "ready"), bytes(evil));

            try (var house = house()) {
                for (var page : List.of(
                        "/",
                        "/queues",
                        "/queues/images",
                        "/queues/images?state=dead",
                        "/queues/images?state=running",
                        "/workers",
                        "/dead",
                        "/dead?queue=images",
                        "/queues/images/tasks/" + letter.id(),
                        "/queues/images/tasks/" + HexFormat.of().formatHex(raw, 4, 20),
                        "/nowhere/%3Cscript%3Ealert('1')%3C/script%3E",
                        "/queues/%3Cscript%3Ealert('1')%3C%2Fscript%3E",
                        "/?said=%3Cscript%3Ealert('1')&range=%22%3E%3Cscript%3Ealert('1')")) {
                    var body = house.get(page).body();
                    assertThat(body)
                            .as(page)
                            .contains("<main")
                            .doesNotContain("<script>", "<img src=x")
                            .doesNotContainPattern("<[a-z][^>]*\\son(load|error)=");
                }
                assertThat(house.get("/queues/images/tasks/" + letter.id()).body())
                        .contains("&lt;script&gt;");
                assertThat(house.get("/workers").body()).contains("&lt;script&gt;");
                connection.call("FLUSHALL"); // what was forged, the audit would find
            }
        }
    }

    @Test
    void runsNoScriptAndTakesNoStyleFromWithinAPage() throws Exception {
        queue.send(Task.of(Chores::resize, "a.jpg", 1));
        var within = Pattern.compile("<style|\\sstyle=|<script(?![^>]*\\ssrc=)|\\son[a-z]+=|javascript:|hx-on");

        try (var house = house()) {
            for (var page : List.of("/", "/queues", "/queues/images", "/workers", "/schedules", "/dead", "/redis")) {
                var reply = house.get(page);
                assertThat(reply.headers().firstValue("Content-Security-Policy").orElse(""))
                        .contains("default-src 'none'", "script-src 'self'", "style-src 'self'")
                        .doesNotContain("unsafe");
                assertThat(within.matcher(reply.body()).results().map(each -> each.group()))
                        .as(page)
                        .isEmpty();
            }
        }
    }

    @Test
    void aFirstVisitLoadsLessThanAHundredKilobytes() throws Exception {
        try (var gallery = new Gallery(server.options());
                var house = house()) {
            await().atMost(LIMIT).until(() -> gallery.mail.deadLetters().size() == 2);
            var page = packed(house.at("/"));
            var total = page.length;
            var html = new String(new GZIPInputStream(new ByteArrayInputStream(page)).readAllBytes(), UTF_8);
            var files = Pattern.compile("(?:href|src)=\"(/assets/[^\"]+)\"")
                    .matcher(html)
                    .results()
                    .map(match -> match.group(1))
                    .distinct()
                    .toList();
            for (var file : files) {
                total += packed(house.at(file)).length;
            }

            assertThat(files).hasSize(6);
            assertThat(total).isLessThan(100_000);
        }
    }

    @Test
    void readsNoMoreOfALongQueueThanOfAShortOne() throws Exception {
        try (var redis = server.unrestricted().open();
                var house = house()) {
            fill("images", redis, 200);
            var few = bytesRead(redis, house);
            fill("images", redis, 20_000);

            var many = bytesRead(redis, house);

            assertThat(queue.size()).isGreaterThan(20_000);
            assertThat(many).isLessThan(2 * few);
            redis.call(connection -> connection.call("FLUSHALL")); // what was forged, the audit would find
        }
    }

    @Test
    void tellsWhoeverWatchesThatThereIsSomethingNew() throws Exception {
        try (var house = house()) {
            var request = HttpRequest.newBuilder(house.at("/events")).build();
            var stream = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofLines());

            assertThat(stream.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
            try (var lines = stream.body()) {
                assertThat(lines.filter(line -> line.equals("event: tick")).limit(2))
                        .hasSize(2);
            }
        }
    }

    @Test
    void saysSoWhenRedisIsDownAndComesBackWithIt() throws Exception {
        queue.send(Task.of(Chores::resize, "a.jpg", 1));
        try (var house = house()) {
            assertThat(house.get("/health/ready").statusCode()).isEqualTo(200);
            server.kill();

            await().atMost(LIMIT).until(() -> house.get("/").statusCode() == 503);

            assertThat(house.get("/").body()).contains("Redis does not answer", "is it running and reachable?");
            assertThat(house.get("/queues/images").statusCode()).isEqualTo(503);
            assertThat(house.get("/api/v1/queues").statusCode()).isEqualTo(503);
            assertThat(house.get("/health/ready").statusCode()).isEqualTo(503);
            assertThat(house.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(house.post("/queues/images/pause", "").statusCode()).isEqualTo(503);

            server.start();

            await().atMost(LIMIT).until(() -> house.get("/").statusCode() == 200);
        }
    }

    @Test
    void tellsTheSameAsJson() throws Exception {
        queue.send(Task.of(Chores::refuse, "x"));
        runUntilDead(1);
        var id = queue.send(Task.of(Chores::resize, "a.jpg", 1));

        try (var house = house()) {
            var queues = JsonParser.parseString(house.get("/api/v1/queues").body());
            var images =
                    queues.getAsJsonObject().getAsJsonArray("queues").get(0).getAsJsonObject();
            assertThat(images.get("name").getAsString()).isEqualTo("images");
            assertThat(images.get("ready").getAsInt()).isEqualTo(1);
            assertThat(images.get("dead").getAsInt()).isEqualTo(1);
            var history = JsonParser.parseString(
                            house.get("/api/v1/history?range=hour&queue=images").body())
                    .getAsJsonObject();
            assertThat(history.getAsJsonArray("starts")).hasSize(60);
            assertThat(history.getAsJsonObject("all").get("dead").getAsInt()).isEqualTo(1);
            assertThat(house.get("/api/v1/queues/images/tasks").body()).contains(id.toString());
            assertThat(house.get("/api/v1/queues/images/tasks/" + id).body()).contains("a.jpg");
            for (var path : List.of("overview", "workers", "redis", "schedules", "history?range=month")) {
                assertThat(house.get("/api/v1/" + path).statusCode()).as(path).isEqualTo(200);
            }
            assertThat(house.get("/api/v1/nothing").statusCode()).isEqualTo(404);
            assertThat(house.get("/api/v1/queues/a%20b").statusCode()).isEqualTo(400);
            assertThat(house.get("/api/v1/queues/images/tasks?cursor=x").statusCode())
                    .isEqualTo(400);
        }
    }

    private void runUntilDead(int letters) {
        try (var launcher = Launcher.start(LauncherOptions.of(1, server.options(), "images"))) {
            await().atMost(LIMIT).until(() -> queue.deadLetters().size() == letters);
        }
    }

    private static boolean paused(House house) throws Exception {
        var reply = house.get("/api/v1/queues");
        return reply.body().contains("\"paused\":true");
    }

    private static List<String> tasksOn(String page) {
        return Pattern.compile("<tr id=\"task-([0-9a-f]{32})\"")
                .matcher(page)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private static String link(String page, String text) {
        var link = Pattern.compile("<a href=\"([^\"]+)\"[^>]*>" + text + "</a>").matcher(page);
        assertThat(link.find()).as("a link " + text).isTrue();
        return link.group(1).replace("&amp;", "&");
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
    }

    private static int status(int port, String host) throws IOException {
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write(("GET /queues HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n").getBytes(UTF_8));
            var answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            return Integer.parseInt(answer.substring(9, 12));
        }
    }

    private static byte[] packed(URI uri) throws Exception {
        var request =
                HttpRequest.newBuilder(uri).header("Accept-Encoding", "gzip").build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofByteArray())
                .body();
    }

    private void fill(String name, Redis redis, int tasks) {
        var id = queue.send(Task.of(Chores::resize, "a.jpg", 1));
        assertThat(id).isInstanceOf(TaskId.class);
        redis.use(connection -> {
            var one = (byte[]) connection.call("LINDEX", bytes("weirpool:{" + name + "}:ready"), bytes(-1));
            IntStream.range(0, tasks / 100).forEach(i -> {
                var copies = new byte[101][];
                copies[0] = bytes("weirpool:{" + name + "}:ready");
                java.util.Arrays.fill(copies, 1, 101, one);
                connection.call("RPUSH", copies);
                copies[0] = bytes("weirpool:{" + name + "}:dead");
                connection.call("RPUSH", copies);
            });
        });
    }

    private static long bytesRead(Redis redis, House house) throws Exception {
        house.get("/api/v1/overview");
        var before = written(redis);
        for (var page : List.of("/", "/queues", "/queues/images", "/queues/images?state=dead", "/dead", "/workers")) {
            assertThat(house.get(page).statusCode()).isEqualTo(200);
        }
        return written(redis) - before;
    }

    private static long written(Redis redis) {
        var info = redis.call(connection -> new String((byte[]) connection.call("INFO", bytes("stats")), UTF_8));
        var found = Pattern.compile("total_net_output_bytes:(\\d+)").matcher(info);
        assertThat(found.find()).isTrue();
        return Long.parseLong(found.group(1));
    }
}
