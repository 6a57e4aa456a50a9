package dev.weirpool.cli;

import dev.weirpool.dashboard.Dashboard;
import dev.weirpool.dashboard.DashboardOptions;
import dev.weirpool.metrics.Exposition;
import dev.weirpool.metrics.QueueMeters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sun.misc.Signal;

/** {@code weirpool dashboard}: the web page, until it is told to stop. */
@Command(
        name = "dashboard",
        description = {
            "Shows queues, tasks, workers and dead letters on a web page, and lets you steer them.",
            "Other machines can reach it only with a login: any user name, and as the password the token that"
                    + " WEIRPOOL_DASHBOARD_TOKEN holds, or the file that WEIRPOOL_DASHBOARD_TOKEN_FILE names."
        },
        mixinStandardHelpOptions = true)
final class DashboardCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(DashboardCommand.class);

    @Option(
            names = "--bind",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8080",
            description = "Where to listen; ${DEFAULT-VALUE} by default, which this machine alone can reach.")
    private String bind = "127.0.0.1:8080";

    @Option(names = "--read-only", description = "Only show; nothing on the page changes anything.")
    private boolean readOnly;

    @Option(names = "--hide-payloads", description = "Show no arguments, errors and output of tasks.")
    private boolean hidePayloads;

    @Mixin
    private RedisArgument redis;

    DashboardCommand() {
        redis = new RedisArgument();
    }

    @Override
    public Integer call() throws InterruptedException {
        if (!redis.isGiven()) {
            throw new IllegalArgumentException(
                    "no Redis given: name one with --redis redis://host:6379 or WEIRPOOL_REDIS_URL");
        }
        var options = DashboardOptions.of(redis.options())
                .withBind(bind, token())
                .withReadOnly(readOnly)
                .withHiddenPayloads(hidePayloads);
        try (var connection = redis.options().open();
                var looks = QueueMeters.ofAll(connection);
                var exposition = Exposition.of(looks);
                var dashboard = Dashboard.start(options, exposition.handler())) {
            looks.start();
            log.info(
                    "the dashboard of {} is on http://{}:{}/",
                    redis.options(),
                    host(),
                    dashboard.address().getPort());
            awaitSignal();
        }
        return ExitCode.DONE;
    }

    private String host() {
        return bind.substring(0, bind.lastIndexOf(':'));
    }

    private static void awaitSignal() throws InterruptedException {
        var told = new CountDownLatch(1);
        Signal.handle(new Signal("TERM"), signal -> told.countDown());
        Signal.handle(new Signal("INT"), signal -> told.countDown());
        told.await();
    }

    /** Never an option: command lines can be read by everybody on a machine. */
    private static @Nullable String token() {
        var file = System.getenv("WEIRPOOL_DASHBOARD_TOKEN_FILE");
        if (file != null && !file.isBlank()) {
            try {
                return Files.readString(Path.of(file)).strip();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read the token from WEIRPOOL_DASHBOARD_TOKEN_FILE: " + file, e);
            }
        }
        var token = System.getenv("WEIRPOOL_DASHBOARD_TOKEN");
        return token == null || token.isBlank() ? null : token.strip();
    }
}
