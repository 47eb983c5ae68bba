"""SLIG: SigLIP2 on a Hugging Face inference endpoint with a handler of its own; 768 numbers an image or text."""

from __future__ import annotations

from collections.abc import Mapping

from rehearsal.pictures import Picture
from rehearsal.protocol import Answer, Call, Json, Luck, RefusalError, Request, decode_base64, fingerprint, has_bearer
from rehearsal.vectors import Vector, image_space_text_vector, image_vector


class Slig:
    """POST {"inputs": {"images": [base64...]} or {"texts": [...]}, "parameters": {}} -> {"embeddings": [[...]...]}."""

    def authorised(self, headers: Mapping[str, str]) -> bool:
        return has_bearer(headers)

    def read(self, request: Request) -> Call:
        inputs = request.json().get("inputs")
        if not isinstance(inputs, dict) or not (inputs.get("images") or inputs.get("texts")):
            raise RefusalError(400, "'inputs' must hold 'images' (base64) or 'texts'")
        pictures = [Picture(decode_base64(image.rpartition(",")[2])) for image in inputs.get("images") or ()]
        texts = list(inputs.get("texts") or ())
        hashes = [picture.hash for picture in pictures] + [fingerprint(text.encode()) for text in texts]
        return Call(hashes, lambda luck: self._answer(pictures, texts, hashes, luck))

    def _answer(self, pictures: list[Picture], texts: list[str], hashes: list[str], luck: Luck) -> Answer:
        vectors: list[Vector] = [image_vector(picture) for picture in pictures]
        vectors += [image_space_text_vector(text) for text in texts]
        rows = [vector.tolist() for vector in vectors]
        if luck.meets("malformed"):
            short = luck.draws.number("broken") < 0.5
            return Answer({"embeddings": rows[:-1] if short else [row[:512] for row in rows]}, (), False)
        return Answer({"embeddings": rows}, hashes)

    def error(self, status: int, message: str) -> Json:
        return {"error": message}

    def no_credits(self) -> RefusalError:
        return RefusalError(402, "You have insufficient credits: please add a payment method to go on")
