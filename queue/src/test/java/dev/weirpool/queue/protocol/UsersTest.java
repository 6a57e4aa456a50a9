package dev.weirpool.queue.protocol;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code deploy/redis/users.acl} allows each user the commands of the scripts that are for it, and no other. */
final class UsersTest {
    private static final Path FILE = Path.of("../deploy/redis/users.acl");
    private static final Pattern CALL = Pattern.compile("call\\((?:\\w+ and )?'(\\w+)'(?: or '(\\w+)')?");

    private static final String SHARED =
            "shared-claim shared-clear shared-delete shared-done shared-join shared-open shared-put"
                    + " shared-recover shared-remove shared-renew shared-return shared-settle shared-shutdown shared-take";
    private static final String SENDING = "push blob enlist open cancel " + SHARED;
    private static final String LOOKING = "survey peek find tallies schedule-read";

    /** A script that is new belongs to somebody: say to whom, and to allow it in the file and in docs/operations.md. */
    private static final Map<String, String> SCRIPTS = Map.ofEntries(
            entry("producer", SENDING),
            entry("worker", SENDING + " step register heartbeat tick recover release tally own report survey"),
            entry("scheduler", "schedule-due schedule-read schedule-edit schedule-fire enlist"),
            entry(
                    "operator",
                    LOOKING
                            + " order cancel requeue admit discard purge revive resume schedule-edit schedule-fire enlist"),
            entry("viewer", LOOKING));

    /** What is sent as it is, besides {@code eval} and {@code evalsha}; {@code info} is what a start looks at, {@code ping} what KEDA does. */
    private static final Map<String, String> ALONE = Map.of(
            "producer", "info blpop get hget hlen hmget hset hdel llen lrange pexpire unlink xread xtrim zcard zrange",
            "worker",
                    "info blpop get hget hlen hmget hset hdel llen lrange ltrim pexpire set unlink xread xtrim zcard zrange zrem zscore",
            "scheduler", "info hscan zcard",
            "operator", "info get hscan llen lrange mget time zadd zcard zrange zrem zscore",
            "viewer", "info get hscan llen lrange mget ping time zcard zrange zscore");

    @ParameterizedTest
    @ValueSource(strings = {"producer", "worker", "scheduler", "operator", "viewer"})
    void allowsAUserWhatItsScriptsCallAndNoMore(String user) throws Exception {
        var needed = new TreeSet<>(Set.of("eval", "evalsha"));
        needed.addAll(words(ALONE, user));
        for (var script : words(SCRIPTS, user)) {
            needed.addAll(commands(script));
        }

        var rules = rules(user);

        assertThat(rules.stream().filter(rule -> rule.startsWith("+")).map(rule -> rule.substring(1)))
                .containsExactlyElementsOf(needed);
        assertThat(rules).contains("-@all", "resetchannels").doesNotContain("on", "nopass", "allkeys", "~*");
    }

    @Test
    void oneUserMayDoTheWorkOfAll() throws IOException {
        var all = new TreeSet<String>();
        for (var user : SCRIPTS.keySet()) {
            rules(user).stream().filter(rule -> rule.startsWith("+")).forEach(all::add);
        }

        assertThat(rules(""))
                .startsWith("off", "resetchannels", "~weirpool:*", "-@all")
                .hasSize(4 + all.size())
                .containsAll(all);
    }

    @Test
    void everyScriptIsForSomebody() throws Exception {
        var known = SCRIPTS.keySet().stream()
                .flatMap(user -> words(SCRIPTS, user).stream())
                .collect(Collectors.toCollection(TreeSet::new));

        var there = ScriptHeaderTest.scripts()
                .map(file -> file.getFileName().toString().replace(".lua", ""))
                .filter(name -> !name.equals("snapshot")) // the audit's
                .filter(name -> !name.equals("prelude")) // of all of them
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(known).isEqualTo(there);
    }

    @Test
    void opensOnlyKeysOfOursAndNoUserByItself() throws IOException {
        assertThat(Files.readAllLines(FILE)).first().isEqualTo("user default off");
        for (var user : SCRIPTS.keySet()) {
            assertThat(rules(user).stream().filter(rule -> rule.startsWith("~")))
                    .isNotEmpty()
                    .allMatch(rule -> rule.startsWith("~weirpool:"));
            assertThat(rules(user)).contains("off").noneMatch(rule -> rule.startsWith(">") || rule.startsWith("#"));
        }
    }

    private static List<String> rules(String user) throws IOException {
        var line = Files.readAllLines(FILE).stream()
                .filter(each -> each.startsWith(("user weirpool-" + user).replaceAll("-$", "") + " "))
                .findFirst()
                .orElseThrow();
        return List.of(line.split(" ")).subList(2, line.split(" ").length);
    }

    private static List<String> words(Map<String, String> of, String user) {
        return List.of(of.getOrDefault(user, "").split(" "));
    }

    private static Set<String> commands(String script) throws IOException, URISyntaxException {
        var beside = Path.of(UsersTest.class.getResource("push.lua").toURI());
        var text = Files.readString(beside.resolveSibling(script + ".lua"));
        var commands = new TreeSet<String>();
        if (!script.equals("prelude") && text.contains("add(")) {
            commands.addAll(commands("prelude"));
        }
        var calls = CALL.matcher(text);
        while (calls.find()) {
            commands.add(calls.group(1).toLowerCase(Locale.ROOT));
            if (calls.group(2) != null) {
                commands.add(calls.group(2).toLowerCase(Locale.ROOT));
            }
        }
        return commands;
    }
}
