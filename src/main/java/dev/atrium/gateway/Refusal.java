package dev.atrium.gateway;

/** The answer no: a code of HTTP's, and a sentence for the client that names the field and what was expected. */
public final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int code;
    private final boolean repeatable;

    /** A refusal. It has no stack trace: it is an answer, not a fault. */
    public Refusal(int code, String message) {
        this(code, message, false);
    }

    private Refusal(int code, String message, boolean repeatable) {
        super(message, null, false, false);
        this.code = code;
        this.repeatable = repeatable;
    }

    /**
     * 503: not now.
     *
     * @param repeatable whether nothing was done, so that trying again cannot do it twice
     */
    public static Refusal unavailable(String message, boolean repeatable) {
        return new Refusal(503, message, repeatable);
    }

    /** 400: the client said something that makes no sense. */
    public static Refusal badRequest(String message) {
        return new Refusal(400, message);
    }

    /** Whether the same request may simply be made again later. */
    public boolean isRepeatable() {
        return repeatable;
    }

    /** The code, HTTP's. */
    public int code() {
        return code;
    }
}
