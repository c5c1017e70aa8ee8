package dev.atrium.it;

import java.net.URI;

/** Address that clients connect to: a replica, or a proxy in front of several. */
public interface Door {

    String http(String path);

    URI ws(String path);
}
