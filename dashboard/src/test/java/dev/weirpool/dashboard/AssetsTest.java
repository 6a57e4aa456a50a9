package dev.weirpool.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class AssetsTest {
    private final Assets assets = new Assets();

    @Test
    void whatIsVendoredIsWhatItsReadmeSays() throws Exception {
        var rows = Pattern.compile("\\| `([^`]+)` \\| `[^`]+` [0-9.]+ \\|.*\\| `([0-9a-f]{64})` \\|")
                .matcher(new String(read("README.md"), UTF_8))
                .results()
                .toList();

        assertThat(rows).hasSize(4);
        for (var row : rows) {
            var digest = MessageDigest.getInstance("SHA-256").digest(read(row.group(1)));
            assertThat(HexFormat.of().formatHex(digest)).as(row.group(1)).isEqualTo(row.group(2));
        }
    }

    @Test
    void aFileIsKeptForEverUnderANameThatChangesWithIt() {
        var path = assets.path("app.js");

        assertThat(path).matches("/assets/app\\.[0-9a-f]{10}\\.js");
        assertThat(assets.find(path.substring("/assets/".length())))
                .hasValueSatisfying(reply ->
                        assertThat(reply.headers().get("Cache-Control")).contains("immutable"));
        assertThat(assets.find("../Assets.class")).isEmpty();
    }

    private static byte[] read(String name) throws IOException {
        try (var in = Assets.class.getResourceAsStream("assets/" + name)) {
            assertThat(in).as(name).isNotNull();
            return in.readAllBytes();
        }
    }
}
