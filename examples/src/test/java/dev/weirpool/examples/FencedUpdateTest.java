package dev.weirpool.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirpool.pool.Pool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FencedUpdateTest {
    @TempDir
    private Path directory;

    @Test
    void letsNoEarlierClaimOverwriteALaterOne() throws Exception {
        try (var database = open(url())) {
            database.createStatement()
                    .execute("CREATE TABLE account (id INT PRIMARY KEY, balance BIGINT, fence BIGINT)");
            database.createStatement().execute("INSERT INTO account VALUES (1, 0, 0)");

            assertThat(FencedUpdate.setBalance(database, 1, 200, 8)).isTrue();
            assertThat(FencedUpdate.setBalance(database, 1, 100, 7)).isFalse();

            assertThat(balance(database)).isEqualTo(200);
        }
    }

    @Test
    void usesTheFenceOfItsTask() throws Exception {
        try (var database = open(url())) {
            database.createStatement()
                    .execute("CREATE TABLE account (id INT PRIMARY KEY, balance BIGINT, fence BIGINT)");
            database.createStatement().execute("INSERT INTO account VALUES (1, 0, 0)");
        }

        try (var pool = Pool.start(1)) {
            assertThat(pool.apply(FencedUpdateTest::update, url(), 100L)).isTrue();
            assertThat(pool.apply(FencedUpdateTest::update, url(), 200L)).isTrue();
        }

        try (var database = open(url())) {
            assertThat(balance(database)).isEqualTo(200);
        }
    }

    static boolean update(String url, long balance) throws Exception {
        try (var database = open(url)) {
            return FencedUpdate.setBalance(database, 1, balance);
        }
    }

    private String url() {
        return "jdbc:h2:" + directory.resolve("accounts");
    }

    private static Connection open(String url) throws Exception {
        return DriverManager.getConnection(url);
    }

    private static long balance(Connection database) throws Exception {
        try (var row = database.createStatement().executeQuery("SELECT balance FROM account WHERE id = 1")) {
            row.next();
            return row.getLong(1);
        }
    }
}
