package dev.atrium.it;

import java.net.URI;

/** Where clients come in: a replica, or what stands before some. */
public interface Door {

    String http(String path);

    URI ws(String path);
}
