"""Makes this folder's files with torch.save; the values they hold are written again in torch_file_test.cpp.

usage: python make_fixtures.py   (needs torch and numpy; made with torch 2.13)
"""
import argparse, collections, os, pickle, numpy, torch


def state():
    base = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    tied = torch.tensor([1.5, -2.0, 0.25])
    s = collections.OrderedDict()
    s["float32"] = base.clone()
    s["transposed"] = base.t()  # the storage of the next two is shared with it
    s["sliced"] = base[1:, 1::2]
    s["row"] = base[2]
    s["embed.weight"] = tied
    s["head.weight"] = tied
    s["parameter"] = torch.nn.Parameter(torch.tensor([[7.0]]))
    s["float16"] = torch.tensor([1.0, -65504.0], dtype=torch.float16)
    s["bfloat16"] = torch.tensor([3.140625, -1.0], dtype=torch.bfloat16)
    s["float64"] = torch.tensor([0.1], dtype=torch.float64)
    s["int64"] = torch.tensor([[2**40, -3]])
    s["int32"] = torch.tensor([-5], dtype=torch.int32)
    s["int16"] = torch.tensor([-300], dtype=torch.int16)
    s["int8"] = torch.tensor([-128], dtype=torch.int8)
    s["uint8"] = torch.tensor([255], dtype=torch.uint8)
    s["bool"] = torch.tensor([True, False])
    s["scalar"] = torch.tensor(42.0)
    s["empty"] = torch.zeros(0, 3)
    s._metadata = {"": {"version": 1}}
    return s


class Hostile:
    """Unpickling this the usual way runs a command."""

    def __reduce__(self):
        return os.system, ("touch assay-pickle-was-executed",)


def main():
    torch.save(state(), "zip.bin")
    torch.save(state(), "zip_protocol4.bin", pickle_protocol=4)
    torch.save(state(), "stream.pth", _use_new_zipfile_serialization=False)
    newer = collections.OrderedDict(float8=torch.tensor([1.0, -448.0]).to(torch.float8_e4m3fn), uint16=torch.tensor([65535], dtype=torch.uint16))
    torch.save(newer, "newer_types.bin")
    trainer = {
        "model": {"w": torch.tensor([1.0, 2.0])}, "optimizer": {"state": {0: {"exp_avg": torch.zeros(2)}}, "param_groups": [{"lr": 1e-4}]},
        "epoch": 3, "config": argparse.Namespace(lr=0.5), "best": numpy.float64(0.75), "names": {"a", "b"}, "big": 2**100,
    }
    torch.save(trainer, "trainer.pth")
    torch.save(trainer, "trainer_stream.pth", _use_new_zipfile_serialization=False)
    torch.save({"state_dict": {"w": torch.tensor([4.0]), "hostile": Hostile()}, "extra": Hostile()}, "hostile.bin")
    torch.save(Hostile(), "hostile_root.pth", _use_new_zipfile_serialization=False)
    torch.save(torch.nn.Linear(1, 1), "module.bin")


main()
