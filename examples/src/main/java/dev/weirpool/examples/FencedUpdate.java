package dev.weirpool.examples;

import dev.weirpool.queue.TaskContext;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * A task's write to a database, guarded by its fence.
 *
 * <p>A worker that was frozen for long is taken for dead, and its task is run by another. If it comes back it does not know that, and
 * goes on. The row remembers the highest fence that has written to it; what comes with a smaller one is late, and changes nothing.
 */
public final class FencedUpdate {
    private static final String UPDATE = "UPDATE account SET balance = ?, fence = ? WHERE id = ? AND fence < ?";

    /** In a task: sets the balance, unless a later claim of the task has written already; returns whether it did. */
    public static boolean setBalance(Connection database, int account, long balance) throws SQLException {
        return setBalance(database, account, balance, TaskContext.current().fence());
    }

    static boolean setBalance(Connection database, int account, long balance, long fence) throws SQLException {
        try (PreparedStatement update = database.prepareStatement(UPDATE)) {
            update.setLong(1, balance);
            update.setLong(2, fence);
            update.setInt(3, account);
            update.setLong(4, fence);
            return update.executeUpdate() == 1;
        }
    }

    private FencedUpdate() {}
}
