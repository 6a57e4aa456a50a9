package dev.weirpool.cli;

import dev.weirpool.cli.output.Column;
import dev.weirpool.cli.settings.Setting;
import dev.weirpool.cli.settings.Settings;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code weirpool config}: what options are if they are not given, and why. */
@Command(
        name = "config",
        description = {
            "What options are if they are not given, and where that comes from. Passwords are masked.",
            "An option on the command line wins over a system property (WEIRPOOL_JAVA_OPTS=-Dweirpool.queue=images), that over the"
                    + " environment (WEIRPOOL_QUEUE, or WEIRPOOL_QUEUE_FILE for a file that holds the value; REDIS_URL is heeded, too),"
                    + " that over the one file: the one that WEIRPOOL_CONFIG names, else ~/.config/weirpool/config.yaml."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nA file:%n",
        footer = {
            "  redis-url: redis://queue.example.com",
            "  queue: images",
            "  worker:",
            "    processes: 4",
            "    classpath: 'app/*'"
        })
final class Config implements Callable<Integer> {
    @ParentCommand
    private Main main;

    @Mixin
    private OutputArgument output;

    Config() {
        main = new Main();
        output = new OutputArgument();
    }

    /** A setting with its value. */
    record Line(Setting setting, Settings settings) {

        String value() {
            return settings.shown(setting).orElse(setting.fallback());
        }

        String source() {
            return settings.find(setting).map(Settings.Value::source).orElse("default");
        }
    }

    static final List<Column<Line>> LINE = List.of(
            Column.of("key", line -> line.setting.key()),
            Column.of("value", Line::value),
            Column.of("source", Line::source),
            Column.wide("option", line -> line.setting.option()),
            Column.wide("variable", line -> line.setting.variable()),
            Column.wide("property", line -> line.setting.property()));

    @Override
    public Integer call() {
        output.rows(
                LINE,
                Setting.ALL.stream()
                        .map(setting -> new Line(setting, main.settings()))
                        .toList());
        return ExitCode.DONE;
    }
}
