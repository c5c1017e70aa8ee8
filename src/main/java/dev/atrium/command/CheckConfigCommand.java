package dev.atrium.command;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Starts as the server would, but listens to nobody, takes no part among the replicas, and ends at once: what stops a start
 * stops this, with the same line and exit code 1.
 */
@Command(name = "check-config", description = "Reads the settings as a start would, and says whether they make sense.")
final class CheckConfigCommand implements Callable<Integer> {

    private static final String[] LISTENERS = {"quarkus.http.host-enabled", "quarkus.management.host-enabled"};

    @Override
    public Integer call() {
        for (String listener : LISTENERS) {
            System.setProperty(listener, "false");
        }
        System.getProperties().putIfAbsent("quarkus.log.level", "WARN");
        int[] code = {1};
        Quarkus.run(Started.class, (exit, failure) -> code[0] = exit(exit, failure));
        return code[0];
    }

    /** As a start tells of it. */
    private static int exit(int code, Throwable failure) {
        if (failure == null) {
            return code;
        }
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof ConfigurationException)) {
            cause = cause.getCause();
        }
        boolean ours = cause instanceof ConfigurationException;
        System.err.println((ours ? "" : cause.getClass().getSimpleName() + ": ") + cause.getMessage());
        return 1;
    }

    /** What runs when everything else has started. */
    public static final class Started implements QuarkusApplication {

        @Override
        public int run(String... args) {
            System.out.println("The settings make sense.");
            return 0;
        }
    }
}
