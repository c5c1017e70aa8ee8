package dev.atrium.bench.server;

import dev.atrium.bench.load.Dialect;
import java.util.Optional;

/** Kind of server that is measured. */
public interface Subject {

    String name();

    /** Returns what is missing to run it here. Installs what can be installed into the build directory. */
    Optional<String> missing();

    /** Dialect for a use; empty if the server does not support the use. */
    Optional<Dialect> dialect(Use use);

    Server start(Launch launch);
}
