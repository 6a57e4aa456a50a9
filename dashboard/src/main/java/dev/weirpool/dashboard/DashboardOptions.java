package dev.weirpool.dashboard;

import dev.weirpool.queue.RedisOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * How a dashboard is to be.
 *
 * @param host the address to listen on
 * @param port 0 for any that is free
 * @param secret what whoever asks must know, as a bearer token or as the password of a basic login; null for none, which is refused for
 *     an address that other machines can reach
 * @param isReadOnly whether it only shows; then nothing that changes anything exists
 * @param hidesPayloads whether arguments, errors and output of tasks stay hidden
 */
public record DashboardOptions(
        RedisOptions redis, String host, int port, @Nullable String secret, boolean isReadOnly, boolean hidesPayloads) {

    private static final int LEAST_SECRET = 8;

    public DashboardOptions {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("a port must be from 0 to 65535, got " + port);
        }
        if (secret != null && secret.length() < LEAST_SECRET) {
            throw new IllegalArgumentException(
                    "the token has " + secret.length() + " characters; give it at least " + LEAST_SECRET);
        }
        if (secret == null && !isLoopback(host)) {
            throw new IllegalArgumentException(
                    "will not listen on " + host
                            + " for everybody: set WEIRPOOL_DASHBOARD_TOKEN or WEIRPOOL_DASHBOARD_TOKEN_FILE, or bind to 127.0.0.1");
        }
    }

    /** For this machine alone, without a login. */
    public static DashboardOptions of(RedisOptions redis) {
        return new DashboardOptions(redis, "127.0.0.1", 8080, null, false, false);
    }

    /**
     * On {@code address}, such as {@code 0.0.0.0:8080} or {@code [::1]:8080}, for those who know the secret.
     *
     * @throws IllegalArgumentException if it is no address, or one that others can reach, and there is no secret
     */
    public DashboardOptions withBind(String address, @Nullable String secret) {
        var colon = address.lastIndexOf(':');
        var host = address.substring(0, Math.max(0, colon)).replaceAll("^\\[|]$", "");
        var port = address.substring(colon + 1);
        if (host.isEmpty() || !port.matches("\\d{1,5}")) {
            throw new IllegalArgumentException("not an address to bind to: " + address + "; write 127.0.0.1:8080");
        }
        return new DashboardOptions(redis, host, Integer.parseInt(port), secret, isReadOnly, hidesPayloads);
    }

    public DashboardOptions withReadOnly(boolean isReadOnly) {
        return new DashboardOptions(redis, host, port, secret, isReadOnly, hidesPayloads);
    }

    public DashboardOptions withHiddenPayloads(boolean hidesPayloads) {
        return new DashboardOptions(redis, host, port, secret, isReadOnly, hidesPayloads);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("cannot bind to " + host + ": no such address here", e);
        }
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "dashboard of " + redis + " on " + host + ":" + port;
    }
}
