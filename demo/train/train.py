#!/usr/bin/env python3
"""Trains the demo's model on pictures drawn as it goes. Seeded, resumable, on the CPU alone.

usage: train.py FOLDER [--steps N] [--decay N] [--batch N] [--seed N] [--processes N]
  FOLDER holds state.pt (weights, optimizer, step), tokenizer.json, and log.jsonl, one line each 25 steps. Started again, it goes on from
  state.pt. The learning rate rises for 200 steps, stays, and falls to zero over the last --decay steps. For the
  first 300 steps only the tower learns, from the cells' labels. Each of the --processes takes its share of a batch on one thread.

Needs: torch, tokenizers, numpy, Pillow, and the DejaVu fonts (Debian: fonts-dejavu-core).
"""

import argparse
import json
import os
import pathlib
import time

import torch
import torch.distributed as distributed
from torch.nn import functional

import batches
import network
import tiles
import tokens

WARM_UP, SEEING_STEPS, CLIP = 200, 300, 1.0
MUON_RATE, ADAM_RATE = 2e-3, 2e-3
SEEING_WEIGHT, THINKING_WEIGHT = 0.5, 0.5  # beside the replies' loss
NAMED_LAYER, OPTION_LAYER = 1, 3  # behind which layers of the language model Thinking looks, counted from 0


def letters_loss(head, rows, letters):
    """rows [..., D], letters [..., SLOTS]: which letters the head says stand in each row's slots."""
    said = head(rows).unflatten(-1, (batches.SLOTS, -1)).flatten(0, -2).float()
    empty = torch.full((said.shape[-1],), 1.0)
    empty[0] = 0.2  # most cells are empty
    return functional.cross_entropy(said, letters.flatten(), weight=empty)


class Seeing(torch.nn.Module):
    """Says from each visual token which letters and things stand in its cell, and which cell of the tile it is. Used while training, then thrown away."""

    def __init__(self):
        super().__init__()
        width = network.LANGUAGE["hidden_size"]
        self.letters = torch.nn.Linear(width, batches.SLOTS * (1 + len(batches.LETTERS)))
        self.kind = torch.nn.Linear(width, 1 + len(batches.KIND_NAMES))
        self.color = torch.nn.Linear(width, 1 + len(batches.COLOR_NAMES))
        self.place = torch.nn.Linear(width, tiles.GRID ** 2)

    def loss(self, seen, letters, things):
        loss = letters_loss(self.letters, seen, letters)
        for head, wanted in ((self.kind, things[0]), (self.color, things[1])):
            said = head(seen)
            rare = torch.full((said.shape[-1],), 1.0)
            rare[0] = 0.2
            loss = loss + functional.cross_entropy(said.flatten(0, 1).float(), wanted.flatten(), weight=rare)
        cells = torch.arange(seen.shape[1]).repeat(len(seen))
        return loss + functional.cross_entropy(self.place(seen).flatten(0, 1).float(), cells)


def to_pixels(pictures):
    """uint8 [N, S, S, 3] -> normalised float [N, 3, S, S]."""
    pixels = pictures.permute(0, 3, 1, 2).float() / 255
    return (pixels - torch.tensor(tiles.MEAN).view(1, 3, 1, 1)) / torch.tensor(tiles.DEVIATION).view(1, 3, 1, 1)


class Thinking(torch.nn.Module):
    """Says from inside the language model, where a question names a thing, which column and row of the thumbnail it stands in, and behind each
    option whether it is the right one. Used while training, then thrown away."""

    def __init__(self):
        super().__init__()
        width = network.LANGUAGE["hidden_size"]
        self.place = torch.nn.Linear(width, 2 * tiles.GRID)
        self.truth = torch.nn.Linear(width, 2)

    def loss(self, behind, named, places, options, truths):
        loss = 0.0
        for head, layer, at, wanted, classes in ((self.place, NAMED_LAYER, named, places.flatten(), tiles.GRID),
                                                 (self.truth, OPTION_LAYER, options, truths, 2)):
            said = head(functional.rms_norm(behind[layer][at].float(), (head.in_features,))).view(-1, classes)
            loss = loss + functional.cross_entropy(said, wanted, reduction="sum") / max(1, len(wanted))
        return loss


class Spelling(torch.nn.Module):
    """Says from a token's embedding how it is spelled: the first letters by the head that reads them off a visual token's cell, so that a word and its
    picture come to lie alike, the next ones by a head of its own. Used while training, then thrown away."""

    def __init__(self, tokenizer):
        super().__init__()
        spelled = {number: token.removeprefix("Ġ") for token, number in tokenizer.get_vocab().items()}
        spelled = {number: word for number, word in spelled.items() if word.isascii() and word.isalnum() and len(word) <= 2 * batches.SLOTS}
        letters = [[1 + batches.LETTERS.index(c) for c in word] + [0] * (2 * batches.SLOTS - len(word)) for word in spelled.values()]
        self.tokens, self.letters = torch.tensor(list(spelled)), torch.tensor(letters)
        self.rest = torch.nn.Linear(network.LANGUAGE["hidden_size"], batches.SLOTS * (1 + len(batches.LETTERS)))

    def loss(self, embeddings, head, seen):
        rows = functional.rms_norm(embeddings[self.tokens].float(), embeddings.shape[1:]) * seen.detach().float().square().mean().sqrt()
        return letters_loss(head, rows, self.letters[:, :batches.SLOTS]) + letters_loss(self.rest, rows, self.letters[:, batches.SLOTS:])


class Step:
    """One batch through the model: the losses and, for the log, the share of reply tokens foreseen."""

    def __init__(self, model, seeing, thinking, spelling, context):
        self.model, self.seeing, self.thinking, self.spelling, self.context = model, seeing, thinking, spelling, context

    def __call__(self, batch, replies):
        """With `replies` false the language model is left out: the first steps only teach the tower to see."""
        ids, weight, position, order, groups = (batch[key] for key in ("ids", "weight", "position", "order", "groups"))
        with torch.autocast("cpu", torch.bfloat16):
            seen = self.model.see(to_pixels(batch["tiles"]))
            seeing = self.seeing.loss(seen.float(), batch["letters"], batch["things"])
            seeing = seeing + self.spelling.loss(self.model.language_model.model.embed_tokens.weight, self.seeing.letters, seen)
            if not replies:
                return torch.zeros(()), seeing, torch.zeros(()), torch.zeros(())
            text = self.model.language_model.model.embed_tokens(ids)
            text = text.masked_scatter((ids == self.context)[..., None], seen.to(text.dtype))
            hidden, behind = self.model.language_model(text, position, groups, order)
        thinking = self.thinking.loss(behind, *(batch[key] for key in ("named", "places", "options", "truths")))
        wanted = weight[1:] > 0
        logits = self.model.logits(hidden[:-1][wanted].float())
        targets, share = ids[1:][wanted], weight[1:][wanted]
        losses = functional.cross_entropy(logits, targets, reduction="none")
        reply = (losses * share).sum() / share.sum()
        return reply, seeing, thinking, (logits.argmax(-1) == targets).float().mean()


class Drawn(torch.utils.data.IterableDataset):
    """One process's batches from step `first` on, drawn by a process of their own."""

    def __init__(self, options, rank, first):
        self.options, self.rank, self.first = options, rank, first

    def __iter__(self):
        a, tokenizer, step = self.options, tokens.load(self.options.folder), self.first
        while True:
            yield batches.make_batch(a.seed, step * a.processes + self.rank, a.batch // a.processes, tokenizer)
            step += 1


def optimizers(model, *helpers):
    inner = [p for name, p in model.named_parameters() if p.dim() == 2 and "embed" not in name]
    chosen = {id(p) for p in inner}
    rest = [p for p in [*model.parameters(), *(p for helper in helpers for p in helper.parameters())] if id(p) not in chosen]
    return [torch.optim.Muon(inner, lr=MUON_RATE, weight_decay=0.01, momentum=0.95, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(rest, lr=ADAM_RATE, betas=(0.9, 0.98), weight_decay=0.01)]


def rate_at(step, steps, decay):
    return min(1.0, (step + 1) / WARM_UP, max(0.0, (steps - step) / decay))


def save(path, **state):
    torch.save(state, f"{path}.new")
    os.replace(f"{path}.new", path)


def average_gradients(parameters, processes):
    """The processes' gradients, averaged; also for parameters that had no part in this step."""
    used = [p for p in parameters if p.grad is not None]
    if processes == 1 or not used:
        return
    flat = torch.cat([p.grad.flatten() for p in used])
    distributed.all_reduce(flat)
    flat /= processes
    for p, part in zip(used, flat.split([p.numel() for p in used])):
        p.grad.copy_(part.view_as(p))


class Log:
    """log.jsonl and a line on the terminal, each 25 steps."""

    def __init__(self, options, step, seconds):
        self.options, self.began, self.sums, self.counted = options, time.monotonic() - seconds, [0.0] * 4, 0

    def seconds(self):
        return time.monotonic() - self.began

    def add(self, step, *losses):
        a = self.options
        self.sums, self.counted = [s + float(x.detach()) for s, x in zip(self.sums, losses)], self.counted + 1
        if step % 25 and step != a.steps:
            return
        reply, seeing, thinking, right = (s / self.counted for s in self.sums)
        line = dict(step=step, pictures=step * a.batch, seconds=round(self.seconds()), reply_loss=round(reply, 4), seeing_loss=round(seeing, 4),
                    thinking_loss=round(thinking, 4), tokens_right=round(right, 4))
        with open(a.folder / "log.jsonl", "a") as log:
            log.write(json.dumps(line) + "\n")
        print(f"step {step}/{a.steps}  reply {reply:.4f}  seeing {seeing:.4f}  thinking {thinking:.4f}  right {right:.3f}  {self.seconds() / 60:.1f} min, "
              f"{self.seconds() / 60 / step * (a.steps - step):.0f} to go", flush=True)
        self.sums, self.counted = [0.0] * 4, 0


def train(rank, a):
    torch.set_num_threads(1 if a.processes > 1 else 2)
    torch.manual_seed(a.seed)
    if a.processes > 1:
        distributed.init_process_group("gloo", init_method=f"file://{a.folder.resolve()}/rendezvous", rank=rank, world_size=a.processes)
    tokenizer = tokens.load(a.folder)
    model = network.Network(tokenizer.get_vocab_size())
    helpers = dict(seeing=Seeing(), thinking=Thinking(), spelling=Spelling(tokenizer))
    parameters = [p for module in (model, *helpers.values()) for p in module.parameters()]
    tuned = optimizers(model, *helpers.values())
    step, seconds = 0, 0.0
    if (a.folder / "state.pt").exists():
        state = torch.load(a.folder / "state.pt", weights_only=True)
        model.load_state_dict(state["model"])
        for name, helper in helpers.items():
            helper.load_state_dict(state[name])
        for optimizer, saved in zip(tuned, state["optimizers"]):
            optimizer.load_state_dict(saved)
        step, seconds = state["step"], state["seconds"]
    if rank == 0:
        print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, vocabulary {tokenizer.get_vocab_size()}, from step {step}", flush=True)
    run, log = Step(model, *helpers.values(), tokenizer.token_to_id("<IMG_CONTEXT>")), Log(a, step, seconds)
    for batch in torch.utils.data.DataLoader(Drawn(a, rank, step), batch_size=None, num_workers=1, prefetch_factor=4):
        for optimizer, base in zip(tuned, (MUON_RATE, ADAM_RATE)):
            for group in optimizer.param_groups:
                group["lr"] = base * rate_at(step, a.steps, a.decay)
        reply, seen, thought, right = run(batch, step >= SEEING_STEPS)
        (reply + SEEING_WEIGHT * seen + THINKING_WEIGHT * thought).backward()
        average_gradients(parameters, a.processes)
        torch.nn.utils.clip_grad_norm_(parameters, CLIP)
        for optimizer in tuned:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        step += 1
        if rank == 0:
            log.add(step, reply, seen, thought, right)
            if step % 100 == 0 or step == a.steps:
                save(a.folder / "state.pt", model=model.state_dict(), step=step, seconds=log.seconds(),
                     **{name: helper.state_dict() for name, helper in helpers.items()}, optimizers=[optimizer.state_dict() for optimizer in tuned])
        if step >= a.steps:
            return


def main():
    arg = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arg.add_argument("folder", type=pathlib.Path)
    arg.add_argument("--steps", type=int, default=6000)
    arg.add_argument("--decay", type=int, default=1500)
    arg.add_argument("--batch", type=int, default=24)
    arg.add_argument("--seed", type=int, default=1)
    arg.add_argument("--processes", type=int, default=2)
    a = arg.parse_args()
    if not (a.folder / "tokenizer.json").exists():
        tokens.train(a.folder)
    (a.folder / "rendezvous").unlink(missing_ok=True)
    torch.multiprocessing.spawn(train, (a,), a.processes)


if __name__ == "__main__":
    main()
