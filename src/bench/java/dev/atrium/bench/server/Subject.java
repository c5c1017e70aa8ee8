package dev.atrium.bench.server;

import dev.atrium.bench.load.Dialect;
import java.util.Optional;

/** One kind of server that is measured. */
public interface Subject {

    String name();

    /** What it lacks to run here. Installs what can be installed into the build directory. */
    Optional<String> missing();

    /** How to speak to it for a use, empty if it has none. */
    Optional<Dialect> dialect(Use use);

    Server start(Launch launch);
}
