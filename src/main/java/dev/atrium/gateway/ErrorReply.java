package dev.atrium.gateway;

import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.security.AuthenticationException;
import dev.atrium.security.Limit;
import dev.atrium.security.LimitException;
import dev.atrium.session.CloseReason;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;

/** An error that a client is sent: a code of HTTP's, what it is about, and what was expected. Each transport writes it in its own words. */
public final class ErrorReply extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = Logger.getLogger(ErrorReply.class);

    /** Seconds over which those come back who are all refused at once. */
    private static final int SPREAD_SECONDS = 5;

    /** What an error is about, for transports that have words of their own for it. */
    public enum Subject {
        /** The request as a whole; the sentence may name a part of it that every transport calls so. */
        REQUEST,
        /** The command itself, for example one that comes too late. */
        COMMAND,
        /** One parameter of the command. */
        PARAMETER
    }

    private final int code;
    private final Subject subject;
    private final String name;
    private final String sentence;
    private final boolean repeatable;
    private final int retryAfter;

    /** An error of the request as a whole. It has no stack trace: it is an answer, not a fault. */
    public ErrorReply(int code, String sentence) {
        this(code, sentence, false, 1);
    }

    private ErrorReply(int code, String sentence, boolean repeatable, int retryAfter) {
        super(sentence, null, false, false);
        this.code = code;
        this.subject = Subject.REQUEST;
        this.name = "";
        this.sentence = sentence;
        this.repeatable = repeatable;
        this.retryAfter = retryAfter;
    }

    private ErrorReply(int code, Subject subject, String name, String sentence, String message) {
        super(message, null, false, false);
        this.code = code;
        this.subject = subject;
        this.name = name;
        this.sentence = sentence;
        this.repeatable = false;
        this.retryAfter = 1;
    }

    /** An error of one parameter: its name, and what was expected of it. */
    public static ErrorReply parameter(int code, String name, String sentence) {
        return new ErrorReply(code, Subject.PARAMETER, name, sentence, name + ": " + sentence);
    }

    /** An error of a command: its name, and a sentence of which it is the subject. */
    public static ErrorReply command(int code, String name, String sentence) {
        return new ErrorReply(code, Subject.COMMAND, name, sentence, name + " " + sentence);
    }

    /**
     * 503: not now.
     *
     * @param repeatable whether nothing was done, so that trying again cannot do it twice
     */
    public static ErrorReply unavailable(String sentence, boolean repeatable) {
        return new ErrorReply(503, sentence, repeatable, 1);
    }

    /** 400: the request makes no sense. */
    public static ErrorReply badRequest(String sentence) {
        return new ErrorReply(400, sentence);
    }

    /** The answer for a failure: the refusal that it is, 503 if the backplane is out of reach, else 500. */
    public static ErrorReply of(Throwable failure) {
        if (failure instanceof ErrorReply refusal) {
            return refusal;
        }
        if (failure instanceof LimitException exceeded) {
            int retryAfter = exceeded.limit().isSharedByAll() ? 1 + ThreadLocalRandom.current().nextInt(SPREAD_SECONDS) : 1;
            return new ErrorReply(exceeded.limit().code(), exceeded.getMessage(), exceeded.limit() == Limit.PENALTY, retryAfter);
        }
        if (failure instanceof AuthenticationException unknown) {
            boolean later = unknown.reason() == AuthenticationException.Reason.UNAVAILABLE;
            return later ? unavailable(unknown.getMessage(), true) : new ErrorReply(401, unknown.getMessage());
        }
        if (failure instanceof BackplaneUnavailableException unavailable) {
            return unavailable.maybeTaken()
                    ? unavailable("backplane unavailable; whether it was done is not known", false)
                    : unavailable("backplane unavailable, try again later", true);
        }
        if (failure instanceof CancellationException) {
            return new ErrorReply(410, "the session has ended");
        }
        LOG.error("A request failed", failure);
        return new ErrorReply(500, "server fault");
    }

    /** Why a connection ends that cannot be answered otherwise. */
    public CloseReason closeReason() {
        return switch (code) {
            case 401 -> CloseReason.UNAUTHENTICATED;
            case 403 -> CloseReason.FORBIDDEN;
            default -> CloseReason.TRY_LATER;
        };
    }

    /** Whether the same request may simply be made again later. */
    public boolean isRepeatable() {
        return repeatable;
    }

    /** After how many seconds the client may try again, where trying again makes sense. */
    public int retryAfter() {
        return retryAfter;
    }

    /** The code, HTTP's. */
    public int code() {
        return code;
    }

    /** What it is about. */
    public Subject subject() {
        return subject;
    }

    /** Name of the command or the parameter that it is about; empty for the request as a whole. */
    public String name() {
        return name;
    }

    /** What was expected, without the name. */
    public String sentence() {
        return sentence;
    }
}
