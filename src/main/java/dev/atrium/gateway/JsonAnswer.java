package dev.atrium.gateway;

/**
 * Answer of Atrium that is a JSON object. Its names and types are those of the protocol: it is not encoded by the mapper of the
 * application, which may write other names, or numbers as texts.
 */
public interface JsonAnswer {

    /** Encodes the answer in UTF-8. */
    default byte[] json() {
        return Json.encoded(this);
    }
}
