package dev.atrium.command;

import dev.atrium.setting.EnvironmentNames;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.spi.CDI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Logger;
import picocli.CommandLine.Command;

/**
 * Command that starts like the server, but opens no port, does not join the cluster, and exits at once: an invalid setting
 * stops it with the same line, and with exit code 1. Names that a start ignores with a warning are an error here: they were
 * meant to change something.
 */
@Command(name = "check-config", description = "Reads the settings as a start would, and says whether they make sense.")
final class CheckConfigCommand implements Callable<Integer> {

    private static final String[] LISTENERS = { "quarkus.http.host-enabled", "quarkus.management.host-enabled" };

    /** Category and beginning of Quarkus's warning of a name under {@code quarkus.} that no extension has. */
    private static final String CATEGORY = "io.quarkus.config";
    private static final String UNRECOGNIZED = "Unrecognized configuration key";

    private static final List<String> WARNINGS = new CopyOnWriteArrayList<>();

    @Override
    public Integer call() {
        Logger.getLogger(CATEGORY).addHandler(new ExtHandler() {
            @Override
            protected void doPublish(ExtLogRecord entry) {
                if (entry.getMessage().startsWith(UNRECOGNIZED)) {
                    WARNINGS.add(entry.getFormattedMessage());
                }
            }
        });
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
            List<String> problems = new ArrayList<>(WARNINGS);
            EnvironmentNames.ofMappings(CDI.current().getBeanManager()).unknown(ConfigProvider.getConfig())
                    .forEach(name -> problems
                            .add(name + ": expected the name of a setting, and this environment variable is none"));
            if (!problems.isEmpty()) {
                problems.forEach(System.err::println);
                return 1;
            }
            System.out.println("The settings make sense.");
            return 0;
        }
    }
}
