package com.example;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Maps all errors of the application's resources, and none of Atrium's. */
@Provider
public class ErrorMapper implements ExceptionMapper<Exception> {

    @Override
    public Response toResponse(Exception error) {
        int status = error instanceof WebApplicationException refused ? refused.getResponse().getStatus() : 500;
        return Response.status(status).type(MediaType.TEXT_PLAIN).entity("mapped: " + error.getMessage()).build();
    }
}
