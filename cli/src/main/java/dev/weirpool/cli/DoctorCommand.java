package dev.weirpool.cli;

import dev.weirpool.cli.doctor.Check;
import dev.weirpool.cli.doctor.Facts;
import dev.weirpool.cli.doctor.Finding;
import dev.weirpool.cli.output.Column;
import dev.weirpool.queue.inspect.Operator;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weirpool doctor}: what is wrong, and what helps. */
@Command(
        name = "doctor",
        description = "Looks for what is wrong with Redis, queues and workers, or soon will be, and says what helps.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:nothing was found", "3:Redis cannot be reached", "6:something was found"},
        footerHeading = "%nExamples:%n",
        footer = {"  weirpool doctor", "  weirpool doctor -o jsonl | jq -r .remedy"})
final class DoctorCommand implements Callable<Integer> {
    static final List<Column<Finding>> FINDING = List.of(
            Column.of("check", Finding::check),
            Column.of("finding", Finding::what),
            Column.of("remedy", Finding::remedy));

    @Mixin
    private RedisArgument redis;

    @Mixin
    private OutputArgument output;

    DoctorCommand() {
        redis = new RedisArgument();
        output = new OutputArgument();
    }

    @Override
    public Integer call() {
        try (var operator = Operator.connectUnchecked(redis.required(), Clock.systemUTC())) {
            var facts = Facts.of(operator, version());
            if (facts.server().info().isEmpty()) {
                System.err.println(
                        "weirpool: Redis does not tell this user its INFO, so not all was looked at; allow it with +info");
            }
            var found = 0;
            if (output.format().isJson()) {
                var findings = Check.ALL.stream()
                        .flatMap(check -> check.findings().apply(facts).stream())
                        .toList();
                output.rows(FINDING, findings);
                found = findings.size();
            } else {
                for (var check : Check.ALL) {
                    var findings = check.findings().apply(facts);
                    found += findings.size();
                    if (check.canTell(facts)) {
                        print(check, findings);
                    } else {
                        System.out.println("?    " + check.name());
                    }
                }
            }
            return found == 0 ? ExitCode.DONE : ExitCode.FOUND;
        }
    }

    private static void print(Check check, List<Finding> findings) {
        if (findings.isEmpty()) {
            System.out.println("ok   " + check.name());
        }
        for (var finding : findings) {
            System.out.println("!!   " + finding.what());
            System.out.println("     " + finding.remedy());
        }
    }

    private static String version() {
        return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                .orElse("");
    }
}
