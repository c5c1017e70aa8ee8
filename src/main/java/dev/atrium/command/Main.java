package dev.atrium.command;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Begins as the server, or as one of the commands that need none. */
@QuarkusMain
@Command(name = "atrium", description = "A realtime room server. Without a command it serves.", subcommands = {TokenCommand.class, CheckConfigCommand.class})
public final class Main implements Runnable {

    @Option(names = {"-h", "--help"}, usageHelp = true, scope = ScopeType.INHERIT, description = "Shows this.")
    private boolean help;

    /** Without a command the server; it ends with exit code 2 for one that makes no sense. */
    public static void main(String... args) {
        if (args.length == 0) {
            Quarkus.run();
        } else {
            System.exit(new CommandLine(new Main()).execute(args));
        }
    }

    @Override
    public void run() {
        Quarkus.run();
    }
}
