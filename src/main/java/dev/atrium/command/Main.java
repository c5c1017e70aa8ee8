package dev.atrium.command;

import io.quarkus.runtime.Quarkus;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import sun.misc.Signal;

/** Entry point: the server, or one of the commands that need none. */
@Command(name = "atrium", description = "A realtime room server. Without a command it serves.", subcommands = {
        TokenCommand.class, CheckConfigCommand.class })
public final class Main {

    @Option(names = { "-h", "--help" }, usageHelp = true, scope = ScopeType.INHERIT, description = "Shows this.")
    private boolean help;

    /** Runs the server without arguments, else a command; exits with code 2 for invalid arguments. */
    public static void main(String... args) {
        if (args.length == 0) {
            new OutOfMemoryExit(Runtime.getRuntime()::halt).install();
            exitOnSignals();
            Quarkus.run();
        } else {
            System.exit(commandLine().execute(args));
        }
    }

    /**
     * Ends a server that is still starting with exit code 0, as one that has started ends; that one handles these signals
     * itself. The JVM would exit with 143, and the framework, which cannot start while it does so, log a stack trace.
     */
    private static void exitOnSignals() {
        // In dev mode, where the class loader is Quarkus's own, they are for its console.
        if (Main.class.getClassLoader() == ClassLoader.getSystemClassLoader()) {
            for (String name : List.of("TERM", "INT", "HUP")) {
                try {
                    Signal.handle(new Signal(name), signal -> Runtime.getRuntime().halt(0));
                } catch (IllegalArgumentException e) {
                    // Windows has no SIGHUP, and with -Xrs the JVM leaves all of them alone.
                }
            }
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main()).setParameterExceptionHandler(Main::explain);
    }

    /** Explains an invalid argument. A common mistake is a system property after {@code -jar}, where the JVM reads none. */
    private static int explain(CommandLine.ParameterException exception, String... args) {
        PrintWriter err = exception.getCommandLine().getErr();
        err.println(exception.getMessage());
        if (exception instanceof CommandLine.UnmatchedArgumentException unmatched) {
            unmatched.printSuggestions(err);
        }
        boolean hasSetting = Arrays.stream(args).anyMatch(argument -> argument.startsWith("-D"));
        err.println(hasSetting ? "Settings come before -jar: java -Datrium.auth.mode=required -jar …"
                : "--help shows what is expected.");
        return exception.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
    }
}
