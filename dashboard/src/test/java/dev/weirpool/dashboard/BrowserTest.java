package dev.weirpool.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weirpool.queue.Task;
import dev.weirpool.queue.TaskId;
import dev.weirpool.queue.TaskQueue;
import dev.weirpool.queue.redis.RedisServer;
import dev.weirpool.worker.Launcher;
import dev.weirpool.worker.LauncherOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dashboard in a real browser, with real workers behind it. */
@Tag("slow")
@Timeout(240)
final class BrowserTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Duration AIM = Duration.ofSeconds(10);
    private static final List<String> PAGES = List.of(
            "/",
            "/queues",
            "/queues/images",
            "/queues/images?state=running",
            "/queues/mail?state=dead",
            "/workers",
            "/schedules",
            "/dead",
            "/redis");

    @TempDir
    private static Path directory;

    private static Browser browser;
    private static RedisServer server;
    private static Gallery gallery;
    private static House house;
    private static final List<TaskId> films = new ArrayList<>();

    @BeforeAll
    static void open() throws Exception {
        browser = Browser.open(directory.resolve("profile"), true);
        server = RedisServer.start(directory);
        gallery = new Gallery(server.options());
        house = new House(House.options(server.options()));
        await().atMost(LIMIT).until(() -> gallery.images.size() == 0);
        await().atMost(LIMIT).until(() -> gallery.mail.deadLetters().size() >= 2);
    }

    @AfterAll
    static void close() throws Exception {
        for (var each : new AutoCloseable[] {browser, house, gallery, server}) {
            if (each != null) {
                each.close();
            }
        }
    }

    @AfterEach
    void endFilms() {
        films.forEach(id -> gallery.images.cancel(id));
        films.forEach(id -> await().atMost(LIMIT)
                .until(() -> !house("/api/v1/queues/images/tasks?state=running").contains(id.toString())));
        films.clear();
    }

    @BeforeEach
    void begin() {
        browser.dark(false);
        browser.size(1280, 900);
        browser.complaints();
    }

    @Test
    void loadsAndGoesOnByItself() {
        browser.go(house.at("/"));
        await().atMost(LIMIT).until(() -> browser.text("#live-state").equals("live"));
        await().atMost(LIMIT).until(() -> browser.has("#plot-workers canvas"));
        var waiting = browser.text("#queue-reports td");
        browser.script("document.querySelector('#queue-reports').kept = true");

        gallery.reports.send(Task.of(Chores::resize, "one-more.png", 1));

        await().atMost(LIMIT).until(() -> !browser.text("#queue-reports td").equals(waiting));
        assertThat(browser.script("return document.querySelector('#queue-reports').kept"))
                .as("what is there is changed, not put anew")
                .isEqualTo(true);
        assertThat(browser.has("#plot-workers canvas")).isTrue();
        assertThat(browser.complaints()).isEmpty();
        browser.size(1280, 1180);
        browser.shoot("overview");
    }

    @Test
    void pausesAQueueAndResumesIt() {
        browser.go(house.at("/queues/reports"));

        click("form[action$='/pause'] button", () -> said("Paused."));

        assertThat(browser.has("h1 + .tag")).isTrue();
        assertThat(house("/api/v1/queues/reports")).contains("\"paused\":true");

        click("form[action$='/resume'] button", () -> said("Resumed."));

        assertThat(house("/api/v1/queues/reports")).contains("\"paused\":false");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void changesNothingWhileThePointerIsPressed() {
        browser.go(house.at("/queues/reports"));
        browser.script("window.held = 0; window.swapped = 0;"
                + "addEventListener('htmx:before:swap', event => { if (event.defaultPrevented) window.held++; });"
                + "addEventListener('htmx:after:swap', () => window.swapped++)");
        await().atMost(LIMIT).until(() -> counted("swapped") > 0);

        browser.press("h1");
        var before = counted("swapped");
        await().atMost(LIMIT).until(() -> counted("held") > 1);

        assertThat(counted("swapped")).isEqualTo(before);
        browser.release();
        await().atMost(LIMIT).until(() -> counted("swapped") > before);
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void retriesADeadLetter() {
        var letters = gallery.mail.deadLetters();
        var letter = letters.list(0, 1).get(0);
        var attempts = letter.attempts().size();
        browser.go(house.at("/dead?queue=mail"));
        browser.shoot("dead");
        var box = "#letter-" + letter.id() + " input";
        browser.click(box);
        await().atMost(LIMIT).until(() -> tickedTwice());
        assertThat(browser.find(box).isSelected())
                .as("still selected after the page was updated")
                .isTrue();

        click("button[value='retry']", () -> said("Put back on the queue"));

        await().atMost(LIMIT)
                .until(() -> letters.find(letter.id())
                        .filter(again -> again.attempts().size() > attempts)
                        .isPresent());
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void killsATaskThatRuns() {
        gallery.images.send(Task.of(Chores::render, "to-be-stopped.mov"));
        await().atMost(LIMIT).until(() -> running() == 2);
        browser.go(house.at("/workers"));
        var kill = "#main tr:has(details.sure) details.sure";
        await().atMost(LIMIT).until(() -> browser.has(kill));
        browser.shoot("workers");

        click(kill + " summary", () -> browser.has(kill + "[open]"));
        await().atMost(LIMIT).until(() -> tickedTwice());
        click(kill + "[open] button.danger", () -> said("Told to end."));

        await().atMost(LIMIT).until(() -> running() == 1);
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void showsHowFarATaskIsWhileItRuns() throws Exception {
        var id = running("the-mill.mov");
        browser.go(house.at("/queues/images?state=running"));
        await().atMost(LIMIT).until(() -> browser.has("#task-" + id + " progress"));
        assertThat(browser.accessibilityFaults()).isEmpty();
        browser.go(house.at("/queues/images/tasks/" + id));
        await().atMost(LIMIT).until(() -> browser.has("#progress progress"));
        browser.script("document.querySelector('#progress progress').kept = true");
        var first = progress();

        await().atMost(LIMIT).until(() -> progress() > first);
        await().atMost(LIMIT).until(() -> progress() > first + 5);

        assertThat(browser.script("return document.querySelector('#progress progress').kept"))
                .as("what is there is changed, not put anew")
                .isEqualTo(true);
        assertThat(browser.text("#progress")).contains(" of 6,000", "the-mill.mov");
        assertThat(browser.accessibilityFaults()).isEmpty();
        assertThat(browser.complaints()).isEmpty();
        browser.shoot("progress");
    }

    @Test
    void showsTheThreadsOfAWorker() throws Exception {
        running("the-mill.mov");
        browser.go(house.at("/workers"));
        var row = "tr:has(details.sure)";
        await().atMost(LIMIT).until(() -> browser.has(row));

        click(row + " form[action$='/threads'] button", () -> browser.has("pre.payload"));

        await().atMost(LIMIT).until(() -> tickedTwice());
        assertThat(browser.text("pre.payload"))
                .as("it stays, though other pages go on")
                .contains("dev.weirpool.dashboard.Chores.render");
        assertThat(browser.accessibilityFaults()).isEmpty();
        browser.shoot("threads");
    }

    @Test
    void drainsALauncher() throws Exception {
        try (var extra = Launcher.start(LauncherOptions.of(1, server.options(), "spare"))) {
            await().atMost(LIMIT).until(() -> extra.census().ready() == 1);
            browser.go(house.at("/workers"));
            var drain = ".launcher:has(a[href='/queues/spare']) details.sure";
            await().atMost(LIMIT).until(() -> browser.has(drain));

            click(drain + " summary", () -> browser.has(drain + "[open]"));
            click(drain + "[open] button.danger", () -> said("Told to drain."));

            await().atMost(LIMIT).until(() -> extra.pids().isEmpty());
            await().atMost(LIMIT).until(() -> !browser.text().contains("spare"));
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void saysWhatToDoWhereThereIsNothingAndWhereNobodyWorksAndWhereRedisIsDown() throws Exception {
        try (var alone = RedisServer.start(Files.createDirectory(directory.resolve("alone")));
                var empty = new House(House.options(alone.options()))) {
            for (var page : List.of("/", "/queues", "/workers", "/schedules", "/dead", "/redis")) {
                browser.go(empty.at(page));
                assertThat(browser.accessibilityFaults()).as("empty " + page).isEmpty();
            }
            browser.go(empty.at("/"));
            browser.shoot("empty");

            try (var queue = TaskQueue.connect(alone.options(), "reports")) {
                queue.send(Task.of(Chores::resize, "a.png", 1));
            }

            await().atMost(LIMIT).until(() -> browser.text().contains("No worker serves"));
            assertThat(browser.text("pre code")).startsWith("weirpool worker --queue reports --redis redis://");
            assertThat(browser.accessibilityFaults()).isEmpty();
            browser.shoot("no-workers");

            alone.kill();

            await().atMost(LIMIT).until(() -> browser.text().contains("Redis does not answer"));
            assertThat(browser.accessibilityFaults()).isEmpty();
            browser.shoot("redis-down");

            alone.start();

            await().atMost(LIMIT).until(() -> !browser.text().contains("Redis does not answer"));
            browser.complaints(); // of requests that failed meanwhile
        }
    }

    @Test
    void pausesAScheduleAndRunsItsTaskNow() {
        browser.go(house.at("/schedules"));
        browser.shoot("schedules");
        var row = "#schedule-reports-thumbnails";
        assertThat(browser.text(row)).contains("every 15 minutes", "UTC, in ");
        assertThat(browser.text("#schedule-reports-monthly-figures .times"))
                .containsPattern("(\\d{4}-\\d\\d-01 0[45]:30:00\\s*){5}");
        var waiting = gallery.reports.size();

        click(row + " button[value='run']", () -> said("Put on the queue"));

        assertThat(gallery.reports.size()).isEqualTo(waiting + 1);

        click(row + " button[value='pause']", () -> said("Paused."));

        assertThat(browser.text(row)).contains("paused");
        click(row + " button[value='resume']", () -> said("Resumed."));
        assertThat(browser.text(row)).doesNotContain("paused");
    }

    @Test
    void showsWhatHappenedToATask() {
        var letter = gallery.mail.deadLetters().list(0, 10).stream()
                .filter(each -> each.attempts().size() >= 1)
                .findFirst()
                .orElseThrow();
        browser.go(house.at("/queues/mail/tasks/" + letter.id()));

        browser.click(".timeline summary");
        await().atMost(LIMIT).until(() -> tickedTwice());

        assertThat(browser.find(".timeline pre").isDisplayed()).isTrue();
        assertThat(browser.text()).contains("at dev.weirpool.dashboard.Chores.refuse");
        browser.shoot("task");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everybodyCanUseEveryPageInLightAndDark(boolean dark) throws Exception {
        browser.dark(dark);
        for (var page : PAGES) {
            browser.go(house.at(page));
            assertThat(browser.accessibilityFaults()).as(page).isEmpty();
        }
        browser.go(house.at("/"));
        await().atMost(LIMIT).until(() -> browser.has("#plot-workers canvas"));
        var ground = String.valueOf(browser.script("return getComputedStyle(document.body).backgroundColor"));
        assertThat(ground).isEqualTo(dark ? "rgb(17, 20, 22)" : "rgb(247, 248, 248)");
        if (dark) {
            browser.shoot("dark");
        }
    }

    @Test
    void fitsAPhone() throws Exception {
        browser.size(390, 844);
        for (var page : PAGES) {
            browser.go(house.at(page));
            assertThat(browser.script("return document.documentElement.scrollWidth"))
                    .as(page)
                    .isEqualTo(390L);
        }
        browser.go(house.at("/"));
        assertThat(browser.accessibilityFaults()).isEmpty();
        browser.shoot("phone");
    }

    @Test
    void canBeUsedWithTheKeyboardAlone() {
        browser.go(house.at("/"));

        var visited = String.valueOf(
                browser.script("return [...document.querySelectorAll('a, button, summary, input, [tabindex]')]"
                        + ".filter(e => e.tabIndex < 0 && e.id !== 'main').length"));

        assertThat(visited).as("what only a mouse could reach").isEqualTo("0");
        assertThat(browser.find(".skip").getAttribute("href")).endsWith("#main");
    }

    @Test
    void worksWithoutScripts() {
        try (var plain = Browser.open(directory.resolve("plain"), false)) {
            plain.go(house.at("/"));
            assertThat(plain.find("#queue-reports").getText()).contains("reports");
            assertThat(plain.find("#plot-throughput svg polyline").getAttribute("points"))
                    .isNotEmpty();

            plain.go(house.at("/queues/reports"));
            plain.click("form[action$='/pause'] button");

            await().atMost(LIMIT).until(() -> plain.has(".said"));
            assertThat(plain.find(".said").getText()).startsWith("Paused.");
            plain.click("form[action$='/resume'] button");
            await().atMost(LIMIT).until(() -> plain.has("form[action$='/pause'] button"));
            plain.shoot("without-scripts");
        }
    }

    /** The id of that film's task, which runs. */
    private static TaskId running(String film) throws Exception {
        var id = gallery.images.send(Task.of(Chores::render, film));
        await().atMost(LIMIT)
                .until(() -> house("/api/v1/queues/images/tasks?state=running").contains(id.toString()));
        films.add(id);
        return id;
    }

    private static long progress() {
        return Long.parseLong(
                String.valueOf(browser.script("return document.querySelector('#progress progress').value")));
    }

    /** Clicks there, and once more if nothing comes of it: the page may have moved between aiming and pressing. */
    private static void click(String selector, BooleanSupplier done) {
        browser.click(selector);
        try {
            await().atMost(AIM).until(done::getAsBoolean);
        } catch (ConditionTimeoutException e) {
            browser.click(selector);
            await().atMost(LIMIT).until(done::getAsBoolean);
        }
    }

    /** Whether the page that follows says what was done. */
    private static boolean said(String beginning) {
        return browser.text(".said").startsWith(beginning);
    }

    private static long counted(String name) {
        return Long.parseLong(String.valueOf(browser.script("return window[arguments[0]]", name)));
    }

    private static boolean tickedTwice() {
        return Boolean.TRUE.equals(browser.script("if (!window.ticks) { window.ticks = 1;"
                + " document.getElementById('live').addEventListener('tick', () => window.ticks++); }"
                + "return window.ticks > 2"));
    }

    private static int running() {
        var body = house("/api/v1/overview");
        return Integer.parseInt(body.replaceAll(".*\"running\":(\\d+).*", "$1"));
    }

    private static String house(String path) {
        try {
            return house.get(path).body();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
