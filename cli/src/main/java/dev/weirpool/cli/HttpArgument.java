package dev.weirpool.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says where to serve metrics and health. */
final class HttpArgument {
    @Option(
            names = "--http",
            paramLabel = "[HOST:]PORT",
            description = "Serve /metrics, /health/live and /health/ready there; else where WEIRPOOL_HTTP says, and"
                    + " nowhere by default. Without a host, on this machine alone; port 0 is any that is free.")
    private @Nullable String address;

    Optional<String> address() {
        return Optional.ofNullable(address).filter(given -> !given.isBlank());
    }
}
