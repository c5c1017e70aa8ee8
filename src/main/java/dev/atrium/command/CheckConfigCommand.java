package dev.atrium.command;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Command that starts like the server, but opens no port, does not join the cluster, and exits at once: an invalid setting
 * stops it with the same line, and with exit code 1.
 */
@Command(name = "check-config", description = "Reads the settings as a start would, and says whether they make sense.")
final class CheckConfigCommand implements Callable<Integer> {

    private static final String[] LISTENERS = { "quarkus.http.host-enabled", "quarkus.management.host-enabled" };

    @Override
    public Integer call() {
        for (String listener : LISTENERS) {
            System.setProperty(listener, "false");
        }
        System.getProperties().putIfAbsent("quarkus.log.level", "WARN");
        int[] code = { 1 };
        Quarkus.run(Started.class, (exit, failure) -> code[0] = exit(exit, failure));
        return code[0];
    }

    /** Prints the failure in the same form as a start of the server. */
    private static int exit(int code, Throwable failure) {
        if (failure == null) {
            return code;
        }
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof ConfigurationException)) {
            cause = cause.getCause();
        }
        boolean isConfiguration = cause instanceof ConfigurationException;
        System.err.println((isConfiguration ? "" : cause.getClass().getSimpleName() + ": ") + cause.getMessage());
        return 1;
    }

    /** Application that runs once everything else has started. */
    public static final class Started implements QuarkusApplication {

        @Override
        public int run(String... args) {
            System.out.println("The settings make sense.");
            return 0;
        }
    }
}
